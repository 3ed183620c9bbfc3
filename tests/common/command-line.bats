# Command lines without their secrets.

load ../helper

# Commands in the words of a shell, and what is kept of them.
cases() {
	cat <<'END'
rsync -a /home/alice /backup | rsync -a /home/alice /backup
tool --password=hunter2 --verbose | tool --password=*** --verbose
tool --password hunter2 file | tool --password *** file
tool -password hunter2 file | tool -password *** file
tool --db-password-for-x hunter2 | tool --db-password-for-x ***
env PGPASSWORD=abc psql | env PGPASSWORD=*** psql
env AWS_SECRET_ACCESS_KEY=abc aws s3 ls | env AWS_SECRET_ACCESS_KEY=*** aws s3 ls
java -Djavax.net.ssl.keyStorePassword=abc Main | java -Djavax.net.ssl.keyStorePassword=*** Main
mysql -u root -phunter2 db | mysql -u root -p*** db
mysql -u root -p db | mysql -u root -p db
/usr/bin/mysqldump -phunter2 db | /usr/bin/mysqldump -p*** db
mkdir -p hunter2 | mkdir -p hunter2
sshpass -p hunter2 ssh host | sshpass -p *** ssh host
sshpass -phunter2 ssh host | sshpass -p*** ssh host
curl -u alice:hunter2 https://host/ | curl -u alice:*** https://host/
curl -u alice https://host/ | curl -u alice https://host/
curl --user alice:hunter2 host | curl --user alice:*** host
curl --user=alice:hunter2 host | curl --user=alice:*** host
curl https://alice:hunter2@host/a?b | curl https://alice:***@host/a?b
curl https://alice:hunt@er2@host/a | curl https://alice:***@host/a
curl https://host/a?token=abc&b=c | curl https://host/a?token=***
curl https://host:8080/@a | curl https://host:8080/@a
curl -H 'Authorization: Bearer abc' host | curl -H Authorization:*** host
curl -d '{"password": "abc"}' host | curl -d {"password":*** host
smbclient -U alice%hunter2 //host/share | smbclient -U alice%*** //host/share
openssl rsa -passin pass:hunter2 | openssl rsa -passin pass:***
ldapsearch -w hunter2 -x | ldapsearch -w *** -x
tool --api-key abc --Api_Key=abc | tool --api-key *** --Api_Key=***
ssh alice@host | ssh alice@host
git clone ssh://git@host/x | git clone ssh://git@host/x
tool --password | tool --password
sudo -u root mysql -phunter2 db | sudo -u root mysql -p*** db
sh -c 'mysql -phunter2 db' x | sh -c mysql -p*** x
sh -c 'tool --password "hun ter2" y' x | sh -c tool --password *** x
sh -c 'sort a; mkdir -p b' | sh -c sort a; mkdir -p b
'tool: password=a b' | tool: password=***
tool a=b c:d | tool a=b c:d
END
}

@test "what looks like a secret is masked, and nothing else" {
	local command expected failed=0
	while IFS= read -r line; do
		command=${line%% | *}
		expected=${line##* | }
		eval "set -- ${command//[&?]/\\&}"
		run command-line-check "$@"
		[ "$output" = "$expected" ] || {
			echo "$command: $output"
			failed=1
		}
	done < <(cases)
	assert_equal $failed 0
}

@test "what does not fit is left out, and never part of a secret is shown" {
	run command-line-check -r 12 tool --password=hunter2
	assert_output "tool --pass"
	run command-line-check -r 18 tool --password=hunter2
	assert_output "tool --password=*"
	run command-line-check -r 1 tool
	assert_output ""
}
