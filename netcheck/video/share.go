package video

import (
	"time"

	"echopath/netcheck"
)

// repairShare keeps account of what is sent again: it takes from the same bitrate as the pictures, and with both at the full one a
// way that is full already would be given more.
type repairShare struct {
	at          time.Time
	sent, again uint64
	bytes       uint64
	kbps        float64 // what was sent again of late
}

const (
	repairWindow = 200 * time.Millisecond
	leastShare   = 0.5 // of the target stays with the pictures
)

// leave is what is left for pictures of a target in kbit/s.
func (r *repairShare) leave(target float64, k netcheck.MediaCounters, now time.Time) float64 {
	if since := now.Sub(r.at); since >= repairWindow {
		if sent := k.PacketsSent - r.sent; sent > 0 && !r.at.IsZero() {
			share := float64(k.Retransmitted-r.again) / float64(sent)
			r.kbps = share * float64(k.BytesSent-r.bytes) * 8 / 1000 / since.Seconds()
		}
		r.at, r.sent, r.again, r.bytes = now, k.PacketsSent, k.Retransmitted, k.BytesSent
	}
	return max(target-r.kbps, leastShare*target)
}
