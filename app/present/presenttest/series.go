package presenttest

import (
	"math"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// Series describes what happened to the packets of a carrier.
type Series struct {
	Count            int          // 0: as many as planned
	RTT              int64        // microseconds
	Wobble           int64        // added to every other packet, microseconds
	LostUp, LostDown map[int]bool // by sequence number
	AllLost          bool
	NoLog            bool // the far end's log is missing: losses have no direction
	Late             int  // the last ones of the series take 200 ms longer

	Idle  int   // packets before a video begins, under load; 0: none does
	Added int64 // to those after them, microseconds
}

// Every gives the sequence numbers of one loss in step packets.
func Every(step, count int) map[int]bool {
	lost := map[int]bool{}
	for i := step - 1; i < count; i += step {
		lost[i] = true
	}
	return lost
}

func (w Series) packets(n int, begin, interval int64) stats.Packets {
	rows := make(stats.Packets, n)
	var up, down uint32
	for i := range rows {
		sent := begin + int64(i)*interval
		rtt := w.RTT + int64(i%2)*w.Wobble
		if i >= n-w.Late {
			rtt += 200_000
		}
		if w.Idle > 0 && i >= w.Idle {
			rtt += w.Added
		}
		p := stats.Packet{Seq: uint32(i), SentUS: sent, UpRecvUS: sent + rtt/2, ReflSendUS: sent + rtt/2, DownRecvUS: sent + rtt,
			Status: stats.StatusOK}
		switch {
		case w.NoLog && (w.AllLost || w.LostUp[i] || w.LostDown[i]):
			p.Status, p.UpRecvUS, p.ReflSendUS, p.DownRecvUS = stats.StatusLost, stats.NotMeasured, stats.NotMeasured, stats.NotMeasured
		case w.AllLost || w.LostUp[i]:
			p.Status, p.UpRecvUS, p.ReflSendUS, p.DownRecvUS = stats.StatusLostUp, stats.NotMeasured, stats.NotMeasured, stats.NotMeasured
		case w.LostDown[i]:
			up++
			p.Status, p.DownRecvUS, p.UpOrder = stats.StatusLostDown, stats.NotMeasured, up
		default:
			up++
			down++
			p.UpOrder, p.DownOrder = up, down
		}
		rows[i] = p
	}
	return rows
}

// load is what a video did to the packets; nil if there was none.
func (w Series) load(rows stats.Packets) *netcheck.LoadEffect {
	if w.Idle == 0 || w.Idle >= len(rows) {
		return nil
	}
	began := rows[w.Idle].SentUS
	return netcheck.EffectOfLoad(stats.RTTBetween(rows, math.MinInt64, began), stats.RTTBetween(rows, began, math.MaxInt64))
}
