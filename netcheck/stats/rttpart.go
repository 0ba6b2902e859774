package stats

// RTTBetween is the distribution of the round-trip times of the packets that were sent at or after fromUS and before toUS, in
// microseconds since the session's start. It serves to compare two parts of one record.
func RTTBetween(rows Rows, fromUS, toUS int64) RTT {
	var t tally
	for i := range rows.Len() {
		if p := rows.At(i); p.SentUS != NotMeasured && p.SentUS >= fromUS && p.SentUS < toUS {
			t.addRTT(p, Options{})
		}
	}
	return t.rtt()
}
