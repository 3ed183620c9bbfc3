# tm-web: what each path answers.

load ../helper
load serve

@test "rows have each user's traffic and its sums" {
	serve "$DAY"
	ask "/api/v1/rows?$RANGE"
	assert_output '{"version":1,"from_ns":"1682935200000000000","to_ns":"1682935320000000000","by":["user"],"count":4,"sums":{"in":2084,"out":1036,"total":3120,"packets_in":4,"packets_out":5,"packets":9,"lost":500,"lost_packets":2},"rows":[{"uid":1000,"user":"alice","in":1500,"out":60,"total":1560,"packets_in":1,"packets_out":1,"packets":2,"lost":0,"lost_packets":0},{"uid":1001,"user":"bob","in":500,"out":900,"total":1400,"packets_in":2,"packets_out":3,"packets":5,"lost":500,"lost_packets":2},{"uid":4294967295,"user":"none","in":84,"out":0,"total":84,"packets_in":1,"packets_out":0,"packets":1,"lost":0,"lost_packets":0},{"uid":0,"user":"root","in":0,"out":76,"total":76,"packets_in":0,"packets_out":1,"packets":1,"lost":0,"lost_packets":0}]}'
}

@test "rows can be filtered, searched, sorted and limited" {
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
	assert_equal "$(names 'by=protocol&protocol=Udp')" "1: udp=76"
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

@test "more hours than there were since 1970 are all of them" {
	serve "$DAY"
	for hours in 498000 876000; do
		ask "/api/history/top?hours=$hours"
		assert_equal "$hours $(jq -r '.processes | length' <<<"$output")" "$hours 4"
	done
	code_of '/api/history/top?hours=876001'
	assert_output 400
}

@test "rows by time have the top of the range, a rest for each time, and their length" {
	{
		day
		day | sed 's/16829352/16830216/; s/1682935319/1683021719/
			s/"run_id":7/"run_id":8/; s/"time_ns":16829352/"time_ns":16830216/'
	} | tm-parse | tm-store --quiet --db days.db --keep-minutes 6h
	serve days.db
	ask '/api/v1/rows?from=2023-05-01&to=2023-05-03&by=day,user&top=1'
	assert_equal "$(jq -c '[.rows[] | [.time_ns, .resolution, .user, .is_rest, .total]]' <<<"$output")" \
		'[["1682899200000000000","day","alice",null,1560],["1682899200000000000","day",null,true,1560],["1682985600000000000","day","alice",null,1560],["1682985600000000000","day",null,true,1560]]'
	ask '/api/v1/rows?from=2023-05-01&to=2023-05-03&by=minute'
	assert_equal "$(jq -c '[.rows[] | .resolution]' <<<"$output")" \
		'["hour","minute","minute"]'
	tm-store query -q --db days.db --by day,user --top 1 --output csv >store.csv
	curl -sS -g "$URL/api/v1/rows?from=2023-05-01&to=2023-05-03&output=csv&by=day,user&top=1" |
		diff store.csv -
	ask '/api/v1/rows?from=2023-05-01&to=2023-05-03&by=process&process=0123456789abcdef'
	assert_output --partial '"rows":[]'
}

@test "rows without a time have the top and a rest, as JSON" {
	serve "$DAY"
	ask "/api/v1/rows?$RANGE&by=user&top=1"
	assert_equal "$(jq -c '[.rows[] | [.user, .is_rest, .total]]' <<<"$output")" \
		'[["alice",null,1560],[null,true,1560]]'
}

@test "status says what the words of a range mean" {
	serve "$DAY"
	meant() {
		curl -sS -G "$URL/api/v1/status" --data-urlencode "from=$1" \
			--data-urlencode "to=$2" | jq -r '"\(.from_ns) \(.to_ns)"'
	}
	assert_equal "$(meant 2023-05 '2023-05-02 09:30')" \
		"1682899200000000000 1683019800000000000"
	assert_equal "$(meant yesterday today)" \
		"$(date -u -d 'yesterday 00:00' +%s)000000000 $(date -u -d 'today 00:00' +%s)000000000"
	ask "/api/v1/status?from=2026-11-31"
	assert_equal "$(jq -r .error <<<"$output")" "from: column 9: November 2026 has 30 days"
}

@test "a series without traffic has no lines" {
	serve "$DAY"
	for only in user=4242 process=nothing by=protocol\&user=4242; do
		ask "/api/v1/series?$RANGE&$only"
		assert_equal "$only $(jq -c '.series, .rest.in[0]' <<<"$output" | xargs)" \
			"$only [] 0"
	done
}

@test "CSV equals what tm-store query writes, byte for byte" {
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

@test "rows by remote include lost traffic, in whole hours too" {
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

@test "series have the largest over time, the rest, and the time covered" {
	serve "$DAY"
	ask "/api/v1/series?$RANGE&top=1"
	assert_output '{"version":1,"from_ns":"1682935200000000000","to_ns":"1682935320000000000","resolution":"minute","by":"user","times":[1682935200,1682935260],"seconds":[60,60],"series":[{"key":"1000","label":"alice","in":[1500,0],"out":[60,0]}],"rest":{"in":[0,584],"out":[0,976]},"covered":[1,0.983]}'
	ask "/api/v1/series?$RANGE&by=protocol&user=1001"
	assert_output --partial '"series":[{"key":"tcp","label":"tcp","in":[0,0],"out":[0,900]},{"key":"","label":"","in":[0,500],"out":[0,0]}]'
	ask "/api/v1/series?$RANGE&bins=1&by=remote&top=0"
	assert_output --partial '"series":[],"rest":{"in":[2084],"out":[1036]}'
}

@test "a summary accounts for all bytes and has the quotas" {
	cp "$DAY" own.db
	tm-store quota --db own.db --user 1000 --limit 1M --month
	serve own.db
	ask "/api/v1/summary?$RANGE"
	assert_output --partial '"in":2084,"out":1036,"total":3120,"packets_in":4,"packets_out":5,"packets":9,"attributed":2536,"nobody":84,"lost":500,"lost_packets":2,"loopback":0,"excluded":0,"unattributed":0,"covered_seconds":119.000,"coverage":0.0014,"first_ns":"1682935201000000000","watermark_ns":"1682935319000000000","hosts":["gate"],"quotas":[{"uid":1000,"user":"alice","period":"month","limit":1048576,"used":0,'
	ask "/api/v1/summary?$RANGE&user=1001"
	assert_output --partial '"in":500,"out":900,"total":1400,"packets_in":2,"packets_out":3,"packets":5,"attributed":900,"nobody":0,"lost":500,"lost_packets":2,"loopback":0,"excluded":null,"unattributed":null,'
	assert_output --partial '"quotas":[]'
	ask "/api/v1/summary?$RANGE&direction=in"
	assert_output --partial '"total":2084,"packets_in":4,"packets_out":0,"packets":4,"attributed":1500,"nobody":84,"lost":500,'
}

@test "a quota's state has tm-store's name" {
	today | tm-parse | tm-store --quiet --db own.db
	for quota in 1000:1000 1001:1500 0:90; do
		tm-store quota --db own.db --user "${quota%:*}" \
			--limit "${quota#*:}" --month || true
	done
	tm-store quota --db own.db --user 1002 --limit 1G --month || true
	serve own.db
	ask /api/v1/summary
	run jq -c '.quotas | map([.uid, .state])' <<<"$output"
	assert_output '[[1000,"100"],[1001,"90"],[0,"80"],[1002,"ok"]]'
}

@test "quotas have what is left and when it runs out, the fullest first" {
	# a zone in which half of the day has passed
	TZ=XST$((10#$(date -u +%H) - 12))
	export TZ
	{
		printf '{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":%s000000000}\n' "$(date +%s)"
		printf '{"uid":1000,"bytes":700,"packets":1,"direction":"in","time_ns":%s000000000}\n' "$(date +%s)"
		printf '{"uid":1001,"bytes":900,"packets":1,"direction":"in","time_ns":%s000000000}\n' "$(date +%s)"
	} | tm-parse | tm-store --quiet --db own.db
	tm-store quota --db own.db --user 1000 --limit 1000 --day
	tm-store quota --db own.db --user 1001 --limit 800 --day || true
	serve own.db
	ask /api/v1/quotas
	reply=$output
	day=$(date -d 00:00 +%s)
	assert_equal "$(jq -c '.quotas[] | [.uid, .user, .period, .limit, .used, .left, .share, .state, .from_ns, .to_ns]' <<<"$reply")" \
		"[1001,null,\"day\",800,900,0,1.125,\"100\",\"${day}000000000\",\"$((day + 86400))000000000\"]
[1000,\"alice\",\"day\",1000,700,300,0.7,\"projected\",\"${day}000000000\",\"$((day + 86400))000000000\"]"
	# 1000 of 700 in half of a day: reached between 17:08 and 18:34
	run jq -r --argjson day "$day" '.quotas[] | .runs_out_ns |
		if . then (tonumber / 1e9 - $day) / 3600 | . > 17.1 and . < 18.6
		else . end' <<<"$reply"
	assert_output $'null\ntrue'
	ask '/api/v1/quotas?user=alice'
	assert_equal "$(jq -c '[.quotas[].uid]' <<<"$output")" '[1000]'
	code_of '/api/v1/quotas?hours=2'
	assert_output 400
}

@test "the status has the age of the newest data" {
	serve "$DAY"
	ask /api/v1/status
	run jq -c '[.version, .hosts, .watermark_ns, .user, .problem, (.stale_seconds > 1e7)]' <<<"$output"
	assert_output '[1,["gate"],"1682935319000000000",null,null,true]'
}

@test "an empty history gives an empty page; a missing one is reported" {
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

@test "an invalid query is refused with the reason" {
	serve "$DAY"
	while read -r target reason; do
		code_of "/api/v1/$target"
		assert_output 400
		assert_equal "$(jq -r .error body)" "$reason"
	done <<-'END'
		rows?colour=red colour is no parameter here; known are from, to, by, user, process, remote, protocol, interface, workload, login, command, direction, loopback, search, sort, order, limit, offset, output, top, rates, compare
		rows?user=1&user=2 user is there twice
		rows?user=carol user has to be a user's number, or a name that one user has in the history
		rows?by=nothing by has to be at most one time and some of user, process, remote, protocol, interface, workload, login, command, direction, minute, hour, day, month
		rows?by=user,user by has to be at most one time and some of user, process, remote, protocol, interface, workload, login, command, direction, minute, hour, day, month
		rows?by=hour,day by has to be at most one time and some of user, process, remote, protocol, interface, workload, login, command, direction, minute, hour, day, month
		rows?from=2026-11-31 from: column 9: November 2026 has 30 days
		rows?to=2026 to: column 1: a year alone; write 2026-01 or 2026-01-01
		rows?from=now&to=-1h from has to be before to
		rows?limit=0 limit has to be a number of rows
		rows?limit=20000 limit has to be 10000 at most
		rows?remote=example remote has to be an address
		rows?protocol=300 protocol has to be tcp, udp, icmp or a number
		rows?direction=up direction has to be in or out
		rows?sort=colour sort has to be total, in, out, packets, lost or name
		rows?output=xml output has to be json or csv
		series?by=user,process by has to be one key, and no direction or time
		series?top=33 top has to be 0 to 32
		series?bins=0 bins has to be 1 to 2000
		summary?by=user by is no parameter here; known are from, to, user, process, remote, protocol, interface, workload, login, command, direction, loopback, rates, compare
		status?x= x is no parameter here; known are from, to
		live?user=alice user is no parameter here
	END
}

# shape: each key of a JSON text with the type of its value
shape() {
	jq -rc '[paths(type != "object" and type != "array") as $p |
		($p | map(if type == "number" then "0" else . end) | join(".")) +
		" " + (getpath($p) | type)] | unique[]'
}

@test "the per-process tracker's paths answer with its keys" {
	serve_today
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

@test "the per-process tracker's parameters select rows" {
	serve_today
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
	# as its own page asks: unknown parameters are ignored, and none means all
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

@test "the page is inside the program, compressed on request, and not sent twice" {
	serve "$DAY"
	for file in "$ROOT"/tm-web/page/*.{css,js,svg}; do
		curl -sS "$URL/${file##*/}" | cmp - "$file"
		curl -sS --compressed "$URL/${file##*/}" | cmp - "$file"
	done
	curl -sS "$URL/" | sed 's,"v[0-9]*/,",' | cmp - "$ROOT/tm-web/page/index.html"
	ask /app.js -D headers -o /dev/null -H 'Accept-Encoding: gzip'
	grep -qi '^content-encoding: gzip' headers
	grep -qi '^content-type: text/javascript; charset=utf-8' headers
	tag=$(sed -n 's/^ETag: \(.*\)\r/\1/p' headers)
	code_of /app.js -H 'Accept-Encoding: gzip' -H "If-None-Match: $tag"
	assert_output 304
	[ ! -s body ]
	code_of / -I
	assert_output 200
	code_of /index.htm
	assert_output 404
}

@test "every answer has the headers that protect a browser" {
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

@test "the coverage of hours whose minutes are gone is that of what is summed" {
	day_without_hours gone.db
	serve gone.db
	ask '/api/v1/summary?from=2023-05-01T11:00Z&to=2023-05-01T12:00Z'
	assert_output --partial '"in":21600,'
	assert_output --partial '"covered_seconds":21600.000,'
	# before all of it there is nothing
	ask '/api/v1/summary?from=2023-04-01T11:00Z&to=2023-04-01T12:00Z'
	assert_output --partial '"covered_seconds":0.000,"coverage":0.0000,'
}
