# Whom tm-capture charged with what tests/lib/owners.py moved.

# those DIRECTION FILTER: of the JSON of events, "uid bytes unsure" of those
those() {
	jq -r "select(.kind == \"traffic\" and
		.direction == \"$1\" and ($2)) | \"\(.uid) \(.bytes) \(
		.flags / 128 % 2 >= 1 or .flags / 4 % 2 >= 1)\""
}

# charged_to DIRECTION USER FILTER: of the JSON of events, the user and how much
# it was, or who else was charged with half a percent or more, and whether that
# says so
charged_to() {
	those "$1" "$3" | sort -n | awk -v user="$2" '{ all += $2
		if (!sum[$1]) uids[++n] = $1
		sum[$1] += $2
		if ($3 == "true") unsure[$1] += $2 }
	END {
		name = user == 4294967295 ? "no owner" : user
		for (i = 1; i <= n; i++) {
			uid = uids[i]
			if (uid == user || sum[uid] < all / 200)
				continue
			flagged = unsure[uid] == sum[uid]
			others = others uid (flagged ? " (unsure), " : " WRONG, ")
		}
		size = int(all / 100000 + 0.5) * 100
		if (all < 150000)
			size = int(all / 20000 + 0.5) * 20
		if (all < 10000)
			size = all / 1000
		print (others || !sum[user]) ? others name : name ": " size " kB"
	}'
}
