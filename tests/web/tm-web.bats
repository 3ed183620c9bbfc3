# tm-web over HTTP: each path, who may ask what, and how it takes ill use.
# The page itself is tried in tm-web-page.bats.

load ../helper

teardown() {
	[ -z "${SERVER-}" ] || kill -KILL "$SERVER" 2>/dev/null || true
	[ -z "${FEED-}" ] || kill -KILL "$FEED" 2>/dev/null || true
}

# serve DATABASE [OPTION...]: $URL ends without a slash, $SERVER is its process
serve() {
	local db=$1
	shift
	: >address
	tm-web --quiet --db "$db" --listen 127.0.0.1:0 "$@" >address 2>err 3>&- &
	SERVER=$!
	has_begun address
	read -r URL <address
	URL=${URL%/}
}

# ask TARGET [CURL'S OPTION...]
ask() {
	local target=$1
	shift
	run curl -sS -m 20 --path-as-is -g "$@" "$URL$target"
}

# code_of TARGET [CURL'S OPTION...]: the status alone
code_of() {
	ask "$@" -o body -w '%{http_code}'
}

# raw: a request as it stands on stdin, and the first line of the answer
raw() {
	local port=${URL##*:}
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	cat >&5 2>/dev/null || true # it may not want to hear the rest
	IFS= read -t 10 -r REPLY <&5 || REPLY=
	exec 5>&-
	REPLY=${REPLY%$'\r'}
}

# What two users, root and nobody moved on the first of May, 2023.
RANGE="from=2023-05-01T00:00:00Z&to=2023-05-02T00:00:00Z"
day() {
	cat <<-'END'
		{"kind":"start","run_id":7,"host":"gate","time_ns":1682935200000000000}
		{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":1682935200000000000}
		{"kind":"name","of":"user","parts":1,"id":1001,"text":"bob","time_ns":1682935200000000000}
		{"kind":"name","of":"user","parts":1,"id":0,"text":"root","time_ns":1682935200000000000}
		{"kind":"name","of":"interface","parts":1,"id":2,"text":"eth0","time_ns":1682935200000000000}
		{"uid":1000,"comm":"curl","ifindex":2,"protocol":6,"bytes":60,"packets":1,"direction":"out","source":"192.0.2.10","destination":"198.51.100.7","time_ns":1682935201000000000}
		{"uid":1000,"comm":"curl","ifindex":2,"protocol":6,"bytes":1500,"packets":1,"direction":"in","source":"198.51.100.7","destination":"192.0.2.10","time_ns":1682935202000000000}
		{"uid":1001,"comm":"=cmd <b>\"x\"","ifindex":2,"protocol":6,"bytes":900,"packets":3,"direction":"out","source":"192.0.2.10","destination":"203.0.113.9","time_ns":1682935260000000000}
		{"uid":0,"comm":"ntpd","ifindex":2,"protocol":17,"bytes":76,"packets":1,"direction":"out","source":"2001:db8::10","destination":"2001:db8:1::7","time_ns":1682935261000000000}
		{"bytes":84,"packets":1,"ifindex":2,"protocol":1,"direction":"in","source":"192.0.2.11","destination":"192.0.2.10","time_ns":1682935262000000000}
		{"kind":"lost","uid":1001,"bytes":500,"packets":2,"direction":"in","time_ns":1682935263000000000}
		{"kind":"end","direction":"in","run_id":7,"seen_packets":4,"seen_bytes":2084,"recorded_packets":2,"recorded_bytes":1584,"lost_packets":2,"lost_bytes":500,"time_ns":1682935319000000000}
		{"kind":"end","direction":"out","run_id":7,"seen_packets":5,"seen_bytes":1036,"recorded_packets":5,"recorded_bytes":1036,"time_ns":1682935319000000000}
	END
}

# The same, as it happens now.
today() {
	local now
	now=$(date +%s)
	day | sed -E "s/\"time_ns\":16829352[0-9]{2}/\"time_ns\":$((now - 5))/
		s/\"time_ns\":1682935319/\"time_ns\":$now/"
}

setup_file() {
	load ../helper
	cd "$BATS_FILE_TMPDIR"
	day | tm-parse | tm-store --quiet --db day.db
	today | tm-parse | tm-store --quiet --db now.db
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	DAY=$BATS_FILE_TMPDIR/day.db
	NOW=$BATS_FILE_TMPDIR/now.db
}

# --- answers ---

@test "rows are what each user moved, with their sums" {
	serve "$DAY"
	ask "/api/v1/rows?$RANGE"
	assert_output '{"version":1,"from_ns":"1682935200000000000","to_ns":"1682935320000000000","by":["user"],"count":4,"sums":{"in":2084,"out":1036,"total":3120,"packets_in":4,"packets_out":5,"packets":9,"lost":500,"lost_packets":2},"rows":[{"uid":1000,"user":"alice","in":1500,"out":60,"total":1560,"packets_in":1,"packets_out":1,"packets":2,"lost":0,"lost_packets":0},{"uid":1001,"user":"bob","in":500,"out":900,"total":1400,"packets_in":2,"packets_out":3,"packets":5,"lost":500,"lost_packets":2},{"uid":4294967295,"user":"none","in":84,"out":0,"total":84,"packets_in":1,"packets_out":0,"packets":1,"lost":0,"lost_packets":0},{"uid":0,"user":"root","in":0,"out":76,"total":76,"packets_in":0,"packets_out":1,"packets":1,"lost":0,"lost_packets":0}]}'
}

@test "rows are filtered, sought, sorted and cut" {
	serve "$DAY"
	names() {
		curl -sS -g "$URL/api/v1/rows?$RANGE&$1" |
			jq -r '"\(.count): " + (.rows | map("\(.user // "")\(.process // "")\(.remote // "")\(.protocol // "")\(.interface // "")\(.direction // "")=\(.total)") | join(" "))'
	}
	assert_equal "$(names user=1000)" "1: alice=1560"
	assert_equal "$(names user=bob)" "1: bob=1400"
	assert_equal "$(names user=none)" "1: none=84"
	assert_equal "$(names 'by=process&process=curl')" "1: curl=1560"
	assert_equal "$(names 'by=remote&remote=2001:db8:1::7')" "1: 2001:db8:1::7=76"
	assert_equal "$(names 'by=protocol&sort=name')" "4: =500 icmp=84 tcp=2460 udp=76"
	assert_equal "$(names 'by=protocol&protocol=udp')" "1: udp=76"
	assert_equal "$(names 'by=protocol&protocol=17')" "1: udp=76"
	assert_equal "$(names 'by=protocol&protocol=')" "1: =500"
	assert_equal "$(names 'by=direction&order=asc')" "2: out=1036 in=2084"
	assert_equal "$(names 'by=interface&interface=eth0')" "1: eth0=2620"
	assert_equal "$(names 'direction=in&by=user')" "3: alice=1500 bob=500 none=84"
	assert_equal "$(names 'search=ALI')" "1: alice=1560"
	assert_equal "$(names 'sort=out&limit=2')" "4: bob=1400 root=76"
	assert_equal "$(names 'sort=packets&limit=1')" "4: bob=1400"
	assert_equal "$(names 'offset=3')" "4: root=76"
	assert_equal "$(names 'offset=9')" "4: "
	assert_equal "$(names 'by=process,user&user=1000')" "1: alicecurl=1560"
	assert_equal "$(names 'by=process&process=%3Dcmd+%3Cb%3E%22x%22')" '1: =cmd <b>"x"=900'
}

@test "CSV is what tm-store query writes, byte for byte" {
	serve "$DAY"
	# compare_csv KEYS STORE'S-OPTIONS [PARAMETERS]
	compare_csv() {
		# shellcheck disable=SC2086 # options
		tm-store query -q --db "$DAY" --by "$1" --output csv \
			--from 2023-05-01T00:00:00Z --to 2023-05-02T00:00:00Z $2 >store.csv
		curl -sS -g -D headers "$URL/api/v1/rows?$RANGE&output=csv&by=$1${3-}" >web.csv
		[ "$(wc -l <store.csv)" -gt 1 ]
		diff store.csv web.csv
	}
	compare_csv user ''
	compare_csv process,user ''
	compare_csv user,process,remote,protocol,interface,direction ''
	compare_csv direction,protocol '--sort key' '&sort=name'
	compare_csv minute,direction ''
	compare_csv minute,user '--reverse' '&order=desc'
	compare_csv minute,user '--sort in' '&sort=in'
	compare_csv hour ''
	compare_csv day,remote ''
	compare_csv month ''
	compare_csv user '--top 2 --offset 1 --sort out' '&limit=2&offset=1&sort=out'
	compare_csv remote '--user 1001' '&user=1001'
	grep -qi '^content-type: text/csv; charset=utf-8' headers
	grep -qi '^content-disposition: attachment; filename="traffic.csv"' headers
	grep -F "\"'=cmd <b>\"\"x\"\"\"" <<<"$(curl -sS "$URL/api/v1/rows?$RANGE&output=csv&by=process")"
}

@test "rows by remote have what was lost, in whole hours too" {
	{
		day
		day | sed 's/16829352/16829424/; s/1682935319/1682942519/
			s/"run_id":7/"run_id":8/; s/"time_ns":16829352/"time_ns":16829424/'
		printf '{"uid":1001,"bytes":1,"packets":1,"direction":"in","time_ns":1682950000000000000}\n'
	} | tm-parse | tm-store --quiet --db hours.db
	serve hours.db
	for by in user remote protocol process direction; do
		ask "/api/v1/rows?$RANGE&by=$by"
		assert_equal "$by $(jq -c '[.sums.lost, .sums.lost_packets, ([.rows[].lost] | add)]' <<<"$output")" \
			"$by [1000,4,1000]"
	done
	ask "/api/v1/rows?$RANGE&by=remote&remote="
	assert_equal "$(jq -c '[.rows[] | [.remote, .total, .lost]]' <<<"$output")" \
		'[["",1001,1000]]'
	ask "/api/v1/summary?$RANGE&remote="
	assert_equal "$(jq -c '[.total, .attributed, .lost]' <<<"$output")" '[1001,1,1000]'
	tm-store query -q --db hours.db --by remote --output csv --from 2023-05-01 --to 2023-05-02 >store.csv
	curl -sS -g "$URL/api/v1/rows?$RANGE&output=csv&by=remote" | diff store.csv -
}

@test "series are the largest over time, the rest, and what was covered" {
	serve "$DAY"
	ask "/api/v1/series?$RANGE&top=1"
	assert_output '{"version":1,"from_ns":"1682935200000000000","to_ns":"1682935320000000000","resolution":"minute","by":"user","times":[1682935200,1682935260],"seconds":[60,60],"series":[{"key":"1000","label":"alice","in":[1500,0],"out":[60,0]}],"rest":{"in":[0,584],"out":[0,976]},"covered":[1,0.983]}'
	ask "/api/v1/series?$RANGE&by=protocol&user=1001"
	assert_output --partial '"series":[{"key":"tcp","label":"tcp","in":[0,0],"out":[0,900]},{"key":"","label":"","in":[0,500],"out":[0,0]}]'
	ask "/api/v1/series?$RANGE&bins=1&by=remote&top=0"
	assert_output --partial '"series":[],"rest":{"in":[2084],"out":[1036]}'
}

@test "a summary has where all the bytes went, and the quotas" {
	cp "$DAY" own.db
	tm-store quota --db own.db --user 1000 --limit 1M --month
	serve own.db
	ask "/api/v1/summary?$RANGE"
	assert_output --partial '"in":2084,"out":1036,"total":3120,"packets_in":4,"packets_out":5,"packets":9,"attributed":2536,"nobody":84,"lost":500,"lost_packets":2,"excluded":0,"unattributed":0,"covered_seconds":119.000,"coverage":0.0014,"first_ns":"1682935201000000000","watermark_ns":"1682935319000000000","hosts":["gate"],"quotas":[{"uid":1000,"user":"alice","period":"month","limit":1048576,"used":0,'
	ask "/api/v1/summary?$RANGE&user=1001"
	assert_output --partial '"in":500,"out":900,"total":1400,"packets_in":2,"packets_out":3,"packets":5,"attributed":900,"nobody":0,"lost":500,"lost_packets":2,"excluded":null,"unattributed":null,'
	assert_output --partial '"quotas":[]'
	ask "/api/v1/summary?$RANGE&direction=in"
	assert_output --partial '"total":2084,"packets_in":4,"packets_out":0,"packets":4,"attributed":1500,"nobody":84,"lost":500,'
}

@test "a quota's state is what tm-store calls it" {
	cp "$NOW" own.db
	for quota in 1000:1000 1001:1500 0:90; do
		tm-store quota --db own.db --user "${quota%:*}" \
			--limit "${quota#*:}" --month || true
	done
	tm-store quota --db own.db --user 1002 --limit 1G --month || true
	serve own.db
	ask /api/v1/summary
	run jq -c '.quotas | map([.uid, .state])' <<<"$output"
	assert_output '[[0,"80"],[1000,"100"],[1001,"90"],[1002,"ok"]]'
}

@test "the status tells how old the newest data are" {
	serve "$DAY"
	ask /api/v1/status
	run jq -c '[.version, .hosts, .watermark_ns, .user, .problem, (.stale_seconds > 1e7)]' <<<"$output"
	assert_output '[1,["gate"],"1682935319000000000",null,null,true]'
}

@test "an empty history is an empty page, and none is said" {
	tm-store --quiet --db empty.db </dev/null || true
	serve empty.db
	ask '/api/v1/rows'
	assert_output --partial '"from_ns":null,"to_ns":null,'
	assert_output --partial '"count":0'
	ask '/api/v1/series'
	assert_output --partial '"series":[]'
	ask '/api/v1/status'
	assert_output --partial '"watermark_ns":null,"stale_seconds":null'
	run tm-web --db missing.db --listen 127.0.0.1:0
	assert_failure 1
	assert_output "tm-web: missing.db: there is no database yet (tm-store --db makes it)"
	echo "not a database" >text.db
	run tm-web --db text.db --listen 127.0.0.1:0
	assert_failure 1
	assert_output "tm-web: text.db: not a history; name another file"
}

@test "what is no question is refused with the reason" {
	serve "$DAY"
	while read -r target reason; do
		code_of "/api/v1/$target"
		assert_output 400
		assert_equal "$(jq -r .error body)" "$reason"
	done <<-'END'
		rows?colour=red colour is no parameter here
		rows?user=1&user=2 user is there twice
		rows?user=carol user has to be a user's number, or a name in the history
		rows?by=nothing by has to be some of user, process, remote, protocol, interface, direction, and one of minute, hour, day, month
		rows?by=user,user by has to be some of user, process, remote, protocol, interface, direction, and one of minute, hour, day, month
		rows?by=hour,day by has to be some of user, process, remote, protocol, interface, direction, and one of minute, hour, day, month
		rows?from=yesterday from has to be a time: ns, -1h, RFC 3339 or now
		rows?from=now&to=-1h from has to be before to
		rows?limit=0 limit has to be a number of rows
		rows?limit=20000 limit has to be 10000 at most
		rows?remote=example remote has to be an address
		rows?protocol=300 protocol has to be tcp, udp, icmp or a number
		rows?direction=up direction has to be in or out
		rows?sort=colour sort has to be total, in, out, packets, lost or name
		rows?output=xml output has to be json or csv
		series?by=user,process by has to be one of user, process, remote, protocol and interface
		series?top=33 top has to be 0 to 32
		series?bins=0 bins has to be 1 to 2000
		summary?by=user by is no parameter here
		status?x= x is no parameter here
	END
}

# --- the paths of the per-process tracker ---

# shape: each key of a JSON text with the type of its value
shape() {
	jq -rc '[paths(type != "object" and type != "array") as $p |
		($p | map(if type == "number" then "0" else . end) | join(".")) +
		" " + (getpath($p) | type)] | unique[]'
}

@test "the tracker's paths have its keys" {
	serve "$NOW"
	check() {
		curl -sS -g "$URL/api/$1" >answer
		diff <(shape <answer) <(tr ' ' '\n' <<<"$2" | sed 's/:/ /' | sort)
	}
	check current "processes.0.pid:null processes.0.process_name:string processes.0.rx_bytes:number processes.0.rx_formatted:string processes.0.tcp_rx:number processes.0.tcp_tx:number processes.0.total_bytes:number processes.0.total_formatted:string processes.0.tx_bytes:number processes.0.tx_formatted:string processes.0.udp_rx:number processes.0.udp_tx:number timestamp:string"
	check summary "mode:string seconds:number stats.pid_count:null stats.process_count:number stats.record_count:number stats.total_bandwidth:number stats.total_bandwidth_formatted:string stats.total_rx:number stats.total_rx_formatted:string stats.total_tx:number stats.total_tx_formatted:string"
	check 'protocol/breakdown?process=curl' "mode:string protocols.TCP.rx_bytes:number protocols.TCP.rx_formatted:string protocols.TCP.total_bytes:number protocols.TCP.total_formatted:string protocols.TCP.tx_bytes:number protocols.TCP.tx_formatted:string seconds:number"
	ips="ips.0.process_name:string ips.0.remote_ip:string ips.0.rx_rate:number ips.0.total_bytes:number ips.0.total_formatted:string ips.0.total_rx:number ips.0.total_rx_formatted:string ips.0.total_tx:number ips.0.total_tx_formatted:string ips.0.tx_rate:number mode:string"
	check ip/breakdown "$ips process_name:null seconds:number"
	check 'ip/breakdown?process=curl' "$ips process_name:string seconds:number"
	check 'history/top?hours=2&limit=3' "hours:number mode:string processes.0.process_name:string processes.0.record_count:number processes.0.total_bandwidth:number processes.0.total_bandwidth_formatted:string processes.0.total_rx:number processes.0.total_rx_formatted:string processes.0.total_tx:number processes.0.total_tx_formatted:string"
	check history/process/curl "history.0.pid:null history.0.protocol:string history.0.rx_bytes:number history.0.timestamp:string history.0.tx_bytes:number hours:number process_name:string"
	check processes "count:number hours:number processes.0:string"
	check 'timeseries?hours=1' "data.0.rx_bytes:number data.0.timestamp:string data.0.tx_bytes:number hours:number process_name:string"
}

@test "the tracker's parameters choose" {
	serve "$NOW"
	ask '/api/processes?hours=2'
	assert_output '{"hours":2,"processes":["unknown","=cmd <b>\"x\"","curl","ntpd"],"count":4}'
	ask '/api/history/top?hours=1&limit=1'
	run jq -c '[.mode, .hours, (.processes | map(.process_name, .record_count, (.total_bandwidth * 36 | round)))]' <<<"$output"
	assert_output '["historical",1,["curl",2,15]]'
	ask '/api/ip/breakdown?process=curl'
	run jq -c '[.process_name, (.ips | map(.remote_ip, .process_name))]' <<<"$output"
	assert_output '["curl",["198.51.100.7","curl"]]'
	ask '/api/history/process/%3Dcmd%20%3Cb%3E%22x%22?hours=1'
	run jq -c '[.process_name, .hours, (.history | map(.tx_bytes, .rx_bytes, .protocol))]' <<<"$output"
	assert_output '["=cmd <b>\"x\"",1,[900,0,"TCP"]]'
	ask '/api/timeseries?process=ntpd'
	run jq -c '[.process_name, (.data | map(.tx_bytes * 60 | round))]' <<<"$output"
	assert_output '["ntpd",[76]]'
	ask '/api/protocol/breakdown'
	run jq -c '.protocols | keys' <<<"$output"
	assert_output '["","ICMP","TCP","UDP"]'
	# as its own page asks: what is foreign is not looked at, none is all
	ask '/api/protocol/breakdown?hours=1&process='
	run jq -c '.protocols | keys' <<<"$output"
	assert_output '["","ICMP","TCP","UDP"]'
	ask '/api/ip/breakdown?hours=1&process='
	run jq -c '[.process_name, (.ips | length)]' <<<"$output"
	assert_output '[null,5]'
	ask '/api/ip/breakdown?hours=1&process=curl'
	run jq -c '[.process_name, (.ips | length)]' <<<"$output"
	assert_output '["curl",1]'
	ask '/api/timeseries?hours=1&interval=1&process='
	run jq -c '[.process_name, (.data | map(.tx_bytes) | add * 60 | round)]' <<<"$output"
	assert_output '["All Processes",1036]'
	for path in current summary processes history/top history/process/curl; do
		code_of "/api/$path?_=123&=&user=1001&from=x"
		assert_output 200
	done
	code_of '/api/history/top?hours=-1'
	assert_output 400
	code_of /api/cleanup -X POST -d '{"days":0}'
	assert_output 405
}

# --- the page's files ---

@test "the page is inside the program, packed where that is wanted, and not sent twice" {
	serve "$DAY"
	for file in "$ROOT"/tm-web/page/*.{html,css,js,svg}; do
		curl -sS "$URL/${file##*/}" | cmp - "$file"
		curl -sS --compressed "$URL/${file##*/}" | cmp - "$file"
	done
	curl -sS "$URL/" | cmp - "$ROOT/tm-web/page/index.html"
	ask /app.js -D headers -o /dev/null -H 'Accept-Encoding: gzip'
	grep -qi '^content-encoding: gzip' headers
	grep -qi '^content-type: text/javascript; charset=utf-8' headers
	tag=$(sed -n 's/^ETag: \(.*\)\r/\1/p' headers)
	code_of /app.js -H "If-None-Match: $tag"
	assert_output 304
	[ ! -s body ]
	code_of / -I
	assert_output 200
	code_of /index.htm
	assert_output 404
}

@test "every answer has the headers that keep a browser from harm" {
	serve "$DAY"
	for target in / /style.css /api/v1/status /api/v1/rows?x /nothing; do
		curl -sS -D headers -o /dev/null "$URL$target"
		tr -d '\r' <headers >lines
		grep -qx "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" lines
		grep -qx 'X-Content-Type-Options: nosniff' lines
		grep -qx 'Referrer-Policy: no-referrer' lines
		refute grep -i '^access-control' lines
	done
}

# --- ill use ---

@test "only GET and HEAD are answered" {
	serve "$DAY"
	for method in POST PUT DELETE OPTIONS PATCH TRACE FOO; do
		code_of /api/v1/rows -X "$method" -D headers
		assert_output 405
		grep -qi '^allow: GET, HEAD' headers
	done
	code_of /api/v1/rows -X GET -d 'body'
	assert_output 400
	code_of /api/v1/rows -I
	assert_output 200
}

@test "only requests to its own name are answered" {
	serve "$DAY" --host meter.example.org --host proxy.example.org:8443
	port=${URL##*:}
	while read -r code host; do
		echo "$host"
		code_of /api/v1/status -H "Host: $host"
		assert_output "$code"
	done <<-END
		421 evil.example.org
		421 evil.example.org:$port
		421 127.0.0.1
		421 127.0.0.1:1
		421 127.0.0.1.evil.example.org:$port
		421 localhost.:$port
		200 127.0.0.1:$port
		200 localhost:$port
		200 LocalHost:$port
		200 meter.example.org
		200 meter.example.org:443
		421 xmeter.example.org
		200 proxy.example.org:8443
		421 proxy.example.org
	END
	code_of /api/v1/status -H 'Host:'
	assert_output 400
	printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nHost: evil\r\n\r\n' "$port" >request
	raw <request
	assert_equal "$REPLY" "HTTP/1.1 400 Bad Request"
}

@test "pages of other sites are refused" {
	serve "$DAY" --host meter.example.org
	while read -r code header; do
		echo "$header"
		code_of /api/v1/rows -H "$header"
		assert_output "$code"
	done <<-END
		403 Origin: http://evil.example.org
		403 Origin: null
		403 Origin: https://${URL#http://}
		403 Origin: file://
		200 Origin: $URL
		200 Origin: https://meter.example.org
		403 Sec-Fetch-Site: cross-site
		403 Sec-Fetch-Site: same-site
		200 Sec-Fetch-Site: same-origin
		200 Sec-Fetch-Site: none
	END
	code_of / -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: navigate'
	assert_output 200
}

@test "nothing outside its assets is served" {
	serve "$DAY"
	while read -r code target; do
		echo "$target"
		code_of "$target"
		assert_output "$code"
		refute [ "$(grep -c root: body)" -gt 0 ]
	done <<-'END'
		404 /../etc/passwd
		404 /../../../../etc/passwd
		404 /%2e%2e/%2e%2e/etc/passwd
		404 /%2e%2e%2fetc%2fpasswd
		404 //etc/passwd
		404 /page/../index.html
		404 /./index.html
		404 /day.db
		404 /index.html/
		400 /%00
		400 /index.html%00.js
		400 /%zz
		400 /%
		400 /api/v1/rows?search=%00
	END
	for target in '/\0' '/\0x' '/api/v1/rows?x=\0'; do
		printf "GET $target HTTP/1.1\r\nHost: ${URL#http://}\r\n\r\n" >request
		raw <request
		assert_equal "$REPLY" "HTTP/1.1 400 Bad Request"
	done
}

@test "what is too long is refused" {
	serve "$DAY"
	long=$(printf '%05000d' 0)
	code_of "/$long"
	assert_output 414
	{
		printf 'GET / HTTP/1.1\r\nHost: %s\r\nX: ' "${URL#http://}"
		head -c 1000000 /dev/zero | tr '\0' a
		printf '\r\n\r\n'
	} >request
	raw <request
	assert_equal "$REPLY" "HTTP/1.1 431 Request Header Fields Too Large"
	code_of "/api/v1/rows?$(printf 'a=1&%.0s' $(seq 40))"
	assert_output 400
	code_of /api/v1/status
	assert_output 200
}

@test "a thousand slow connections keep nobody out" {
	serve "$DAY"
	timeout 200 python3 - "${URL##*:}" <<-'END'
		import socket, sys, time, urllib.request
		port = int(sys.argv[1])
		slow = []
		for i in range(1000):
		    s = socket.create_connection(("127.0.0.1", port))
		    s.sendall(b"GET / HTTP/1.1\r\nHost: 127")
		    slow.append(s)
		begin = time.monotonic()
		for path in "/", "/api/v1/rows", "/api/v1/status":
		    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as r:
		        assert r.status == 200
		print(int((time.monotonic() - begin) * 1000), file=open("took", "w"))
		# one byte now and then does not keep them
		begin = time.monotonic()
		while slow and time.monotonic() - begin < 40:
		    time.sleep(1)
		    open_ones = []
		    for s in slow:
		        try:
		            s.sendall(b"x")
		            s.setblocking(False)
		            try:
		                if s.recv(1) == b"":
		                    continue
		            except BlockingIOError:
		                pass
		            s.setblocking(True)
		            open_ones.append(s)
		        except OSError:
		            pass
		    slow = open_ones
		assert not slow, f"{len(slow)} are still open"
	END
	# nor are they slow for others
	in_time "$(cat took)" 2000
}

@test "few descriptors are enough" {
	ulimit -n 96
	serve "$DAY"
	timeout 100 python3 - "${URL##*:}" <<-'END'
		import socket, sys, time, urllib.request
		port = int(sys.argv[1])
		slow = [socket.create_connection(("127.0.0.1", port)) for i in range(70)]
		with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/rows", timeout=60) as r:
		    assert r.status == 200
	END
}

@test "names stay text" {
	serve "$DAY"
	ask "/api/v1/rows?$RANGE&by=process&process=%3Dcmd+%3Cb%3E%22x%22" -D headers
	assert_output --partial '"process":"=cmd <b>\"x\""'
	grep -qi '^content-type: application/json' headers
	code_of '/api/v1/rows?%3Cscript%3E=1'
	assert_output 400
	assert_equal "$(jq -r .error body)" "<script> is no parameter here"
	ask '/<script>' -D headers
	grep -qi '^content-type: application/json' headers
	refute_output --partial '<script>'
}

# --- who sees what ---

@test "with a user from a header people see their own rows only" {
	serve "$DAY" --user-from-header X-Remote-User
	as() {
		local user=$1
		shift
		curl -sS -g -H "X-Remote-User: $user" "$URL$1"
	}
	everywhere() {
		for path in "/api/v1/rows?$RANGE&by=user,process,remote" \
			"/api/v1/rows?$RANGE&by=remote&output=csv" \
			"/api/v1/rows?$RANGE&by=process&search=n" \
			"/api/v1/series?$RANGE" "/api/v1/series?$RANGE&by=remote&top=0" \
			"/api/v1/summary?$RANGE" /api/v1/status \
			'/api/processes?hours=100000' /api/current /api/summary \
			'/api/history/top?hours=100000' '/api/timeseries?hours=100000' \
			'/api/history/process/ntpd?hours=100000' \
			/api/protocol/breakdown /api/ip/breakdown; do
			as "$1" "$path"
		done
	}
	everywhere alice >all
	grep -q curl all
	grep -q 198.51.100.7 all
	refute grep -E 'bob|"1001"|:1001|^1001|cmd|ntpd"|203\.0\.113|2001:db8|root|none|192\.0\.2\.11' <(grep -v '"process_name":"ntpd"' all)
	assert_equal "$(as alice "/api/v1/rows?$RANGE" | jq -c '[.count, .sums.total]')" '[1,1560]'
	assert_equal "$(as bob "/api/v1/rows?$RANGE" | jq -c '[.count, .sums.total]')" '[1,1400]'
	assert_equal "$(as alice "/api/v1/series?$RANGE" | jq -c '[.series[].key, .rest]')" '["1000",{"in":[0,0],"out":[0,0]}]'
	assert_equal "$(as alice "/api/v1/summary?$RANGE" | jq -c '[.total, .nobody, .lost, .excluded, .unattributed]')" '[1560,0,0,null,null]'
	assert_equal "$(as alice /api/v1/status | jq -c .user)" '{"uid":1000,"user":"alice"}'
	assert_equal "$(as alice '/api/history/process/ntpd?hours=100000' | jq -c .history)" '[]'
	assert_equal "$(as alice "/api/v1/rows?$RANGE&user=1001" | jq .status)" 403
	assert_equal "$(as alice "/api/v1/rows?$RANGE&user=bob" | jq .status)" 403
	assert_equal "$(as alice "/api/v1/rows?$RANGE&user=carol" | jq .status)" 403
}

@test "who is not named, or not known, or named twice sees nothing" {
	serve "$DAY" --user-from-header X-Remote-User
	for target in / /app.js /api/v1/rows /api/v1/live /api/processes; do
		code_of "$target"
		assert_output 403
		code_of "$target" -H 'X-Remote-User;'
		assert_output 403
		code_of "$target" -H 'X-Remote-User: alice' -H 'X-Remote-User: bob'
		assert_output 403
	done
	for user in carol none 4294967295 1000 Alice "alice'--"; do
		code_of /api/v1/rows -H "X-Remote-User: $user"
		assert_output 403
	done
	code_of / -H 'X-Remote-User: carol'
	assert_output 200
	run tm-web --db "$DAY" --listen 0.0.0.0:0 --user-from-header X-Remote-User
	assert_failure 2
	assert_line --index 0 "tm-web: --user-from-header: 0.0.0.0:0 can be reached from other machines; listen on 127.0.0.1 or unix:PATH behind the proxy"
}

@test "it listens on a Unix socket for a proxy, also after a kill" {
	mkdir -m 755 run
	listen() {
		tm-web --quiet --db "$DAY" --listen unix:"$PWD/run/web" >address 2>err 3>&- &
		SERVER=$!
		has_begun address
	}
	needs_root
	chown nobody run
	listen
	assert_equal "$(cat address)" "unix:$PWD/run/web"
	assert_equal "$(stat -c %a run/web)" 660
	run curl -sS --unix-socket run/web -o /dev/null -w '%{http_code}' http://localhost/
	assert_output 200
	run curl -sS --unix-socket run/web -o /dev/null -w '%{http_code}' http://other/
	assert_output 421
	run tm-web --db "$DAY" --listen unix:"$PWD/run/web"
	assert_failure 1
	assert_output "tm-web: unix:$PWD/run/web: Address already in use"
	mkdir -m 755 roots
	run tm-web --db "$DAY" --user nobody --listen unix:"$PWD/roots/web"
	assert_failure 1
	assert_output "tm-web: unix:$PWD/roots/web: Permission denied; it runs as nobody, who has to own $PWD/roots/ (--user NAME is another)"
	kill -KILL "$SERVER"
	wait "$SERVER" || true
	: >address
	listen
	run curl -sS --unix-socket run/web -o /dev/null -w '%{http_code}' http://localhost/
	assert_output 200
}

# --- live ---

# feed DATABASE: a capture that goes on; its events are written to fd 7
feed() {
	mkfifo events
	(tm-parse <events | tm-store --quiet --db "$1" 2>store.err) 3>&- &
	FEED=$!
	exec 7>events
	echo "{\"kind\":\"start\",\"run_id\":${2:-9},\"time_ns\":$(date +%s%N)}" >&7
	echo "{\"kind\":\"name\",\"of\":\"user\",\"parts\":1,\"id\":1000,\"text\":\"alice\",\"time_ns\":$(date +%s%N)}" >&7
	tick "${2:-9}"
	eventually test -s "$1"
}

tick() {
	for direction in in out; do
		echo "{\"kind\":\"tick\",\"direction\":\"$direction\",\"run_id\":${1:-9},\"time_ns\":$(date +%s%N)}"
	done >&7
}

move() {
	echo "{\"uid\":$1,\"comm\":\"scp\",\"protocol\":6,\"bytes\":$2,\"packets\":1,\"direction\":\"out\",\"source\":\"192.0.2.10\",\"destination\":\"198.51.100.7\",\"time_ns\":$(date +%s%N)}" >&7
	tick
}

# sees TEXT: waits for it in the stream
sees() {
	eventually grep -qF "$1" stream || { cat stream && false; }
}

# has_stored BYTES: so much is in the live history
has_stored() {
	[ "$(sqlite3 -readonly live.db 'SELECT sum(out_bytes) FROM traffic')" = "$1" ]
}

# ms: the time, to take differences
ms() {
	echo $(($(date +%s%N) / 1000000))
}

listen_live() {
	: >stream
	curl -sSN -m 60 "$@" "$URL/api/v1/live" >stream 2>/dev/null 3>&- &
	LISTENER=$!
}

@test "a live row is there within 2 s of its event" {
	feed live.db
	serve live.db
	listen_live
	sees 'event: rows'
	local began
	for bytes in 4001 4002 4003; do
		sleep 1
		began=$(ms)
		move 1000 $bytes
		sees "{\"uid\":1000,\"user\":\"alice\",\"in\":0,\"out\":$bytes,\"total\":$bytes,\"packets_in\":0,\"packets_out\":1,\"packets\":1,\"lost\":0}"
		in_time $(($(ms) - began)) 2000
	done
	assert_equal "$(head -n 1 stream)" "retry: 2000"
	kill "$LISTENER"
}

@test "a live stream goes on where it was cut, and its heart beats" {
	feed live.db
	serve live.db
	listen_live
	sees 'event: rows'
	move 1000 111
	sees '"out":111'
	id=$(sed -n 's/^id: //p' stream | tail -n 1)
	move 1000 222
	move 1001 333
	# until tm-web has seen both, which may be later than they are stored
	sees '"out":333'
	kill "$LISTENER"
	listen_live -H "Last-Event-ID: $id"
	sees '"out":333'
	# both in one, and nothing of what was told already
	run grep -c '^event: rows' stream
	assert_output 1
	grep -q '"out":555' stream
	refute grep '"out":111' stream
	# stale: the feed has stopped
	sees 'event: status'
	run sed -n '/^event: status/{n;p;q}' stream
	assert_output --regexp '"stale_seconds":[5-9]\.'
	kill "$LISTENER"
}

@test "a live stream has one's own rows only" {
	feed live.db
	move 1000 1
	eventually has_stored 1
	serve live.db --user-from-header X-Remote-User
	listen_live -H 'X-Remote-User: alice'
	sees 'event: rows'
	move 1001 444
	move 1000 555
	sees '"out":555'
	refute grep -E '"out":444|"uid":1001' stream
	kill "$LISTENER"
}

@test "too many live streams are refused, and the others go on" {
	serve "$DAY"
	listeners=
	for i in $(seq 32); do
		curl -sN -m 60 "$URL/api/v1/live" >live.$i 3>&- &
		listeners="$listeners $!"
	done
	for i in $(seq 32); do
		eventually test -s live.$i
	done
	code_of /api/v1/live -m 2 -D headers
	assert_output 503
	grep -qi '^retry-after: ' headers
	code_of /api/v1/rows
	assert_output 200
	# shellcheck disable=SC2086 # words
	kill $listeners
	# a heartbeat finds out that they have gone
	has_room() {
		run curl -s -m 1 -o /dev/null -w '%{http_code}' "$URL/api/v1/live"
		[ "$output" = 200 ]
	}
	eventually has_room
}

# --- its life ---

@test "a database that is replaced is read anew, and the stream says so" {
	cp "$DAY" own.db
	serve own.db
	listen_live
	sees 'event: rows'
	ask "/api/v1/rows?$RANGE"
	assert_output --partial '"count":4'
	today | tm-parse | tm-store --quiet --db other.db
	mv other.db own.db
	ask "/api/v1/rows?$RANGE"
	assert_output --partial '"count":0'
	ask "/api/v1/rows"
	assert_output --partial '"count":4'
	sees 'event: reset'
	rm own.db
	code_of /api/v1/rows -D headers
	assert_output 503
	grep -qi '^retry-after: ' headers
	code_of /
	assert_output 200
	cp "$DAY" own.db
	code_of "/api/v1/rows?$RANGE"
	assert_output 200
	kill "$LISTENER"
}

@test "it holds no transaction, and a writer's log does not grow" {
	feed live.db
	serve live.db
	listen_live
	for i in $(seq 30); do
		move 1000 "$i"
		curl -sS "$URL/api/v1/rows" >/dev/null
	done
	# between two of the store's own
	is_free() {
		run sqlite3 live.db 'PRAGMA wal_checkpoint(TRUNCATE)'
		[[ $output = "0|0|0"* ]]
	}
	eventually is_free
	kill "$LISTENER"
}

@test "SIGTERM and SIGINT end it at once, with streams open; SIGHUP does not" {
	for signal in TERM INT; do
		serve "$DAY"
		listen_live
		sees retry
		kill -HUP "$SERVER"
		eventually has_taken "$SERVER"
		code_of "/api/v1/rows?$RANGE"
		assert_output 200
		began=$(ms)
		kill -$signal "$SERVER"
		status=0
		wait "$SERVER" || status=$?
		assert_equal "$status" 0
		in_time $(($(ms) - began)) 1500
		wait "$LISTENER" || true
	done
}

@test "killed, it starts again at the same place" {
	serve "$DAY"
	kill -KILL "$SERVER"
	wait "$SERVER" || true
	tm-web --quiet --db "$DAY" --listen "${URL#http://}" >again 2>err 3>&- &
	SERVER=$!
	has_begun again
	code_of /api/v1/status
	assert_output 200
	run tm-web --db "$DAY" --listen "${URL#http://}"
	assert_failure 1
	assert_output "tm-web: ${URL#http://}: Address already in use"
}

@test "it is never root, and can start, write and reach nothing" {
	needs_root
	serve "$DAY" --verbose
	status_of() {
		sed -n "s/^$1:[[:space:]]*//p" "/proc/$SERVER/status"
	}
	assert_equal "$(status_of Uid | cut -f1)" "$(id -u nobody)"
	assert_equal "$(status_of NoNewPrivs)" 1
	assert_equal "$(status_of Seccomp)" 2
	refute [ "$(status_of CapEff)" = 0000003fffffffff ]
	code_of /api/v1/status
	refute [ -n "$(grep 'not confined' err)" ]
	run tm-web --db "$DAY" --user root
	assert_failure 1
	assert_output "tm-web: root: it never runs as root (--user NAME)"
	run tm-web --db "$DAY" --user nosuchuser
	assert_failure 1
	assert_output "tm-web: nosuchuser: there is no such user (--user NAME)"
}

@test "a user who may read the database keeps no right at all" {
	needs_root
	directory=$(mktemp -d /tmp/tm-web.XXXXXX)
	cp "$DAY" "$directory/day.db"
	chmod 755 "$directory"
	chmod 644 "$directory/day.db"
	serve "$directory/day.db" --user nobody
	code_of "/api/v1/rows?$RANGE"
	rights=$(sed -n 's/^Cap\(Eff\|Prm\):[[:space:]]*//p' "/proc/$SERVER/status" | sort -u)
	rm -r "$directory"
	assert_output 200
	assert_equal "$rights" 0000000000000000
}

@test "with -v each request is a line, whatever was asked" {
	serve "$DAY" --verbose
	ask /nothing
	ask '/%1b[31m'
	ask /api/v1/status
	eventually grep -q /api/v1/status err
	run sed -E 's/[0-9.]+ ms/MS/' err
	assert_output 'tm-web: 404 /nothing MS
tm-web: 404 "/%1b[31m" MS
tm-web: 200 /api/v1/status MS'
}

@test "what it cannot understand is misuse" {
	while IFS='|' read -r arguments message; do
		# shellcheck disable=SC2086 # words
		run tm-web $arguments
		assert_failure 2
		assert_line --index 0 "tm-web: $message"
	done <<-'END'
		--listen 127.0.0.1:0|--db FILE is missing: what tm-store writes
		--db x --listen nowhere|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: nowhere
		--db x --listen 127.0.0.1:99999|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: 127.0.0.1:99999
		--db x --listen unix:|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: unix:
		--db x --listen [::1:80|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: [::1:80
		--db x --host a/b|--host: not the name of a host: a/b
		--db x --user-from-header a:b|--user-from-header: not the name of a header: a:b
		--db x y|y: it takes no files but --db FILE
	END
	assert_line --index 1 "try: tm-web --help"
}
