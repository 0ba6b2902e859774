package control

import "time"

// RepairShare keeps account of what an end sends again: it takes from the same bitrate as what is sent for the first time, and with both at
// the full one a way that is full already would be given more. The zero value is ready.
type RepairShare struct {
	at          time.Time
	sent, again uint64
	bytes       uint64
	kbps        float64 // what was sent again of late
}

const (
	repairWindow = 200 * time.Millisecond
	leastShare   = 0.5 // of a bitrate stays with what is new
)

// Leave is what is left of a bitrate in kbit/s. sent and bytes count all packets of a stream so far, again those that were sent before.
func (r *RepairShare) Leave(kbps float64, sent, again, bytes uint64, now time.Time) float64 {
	if since := now.Sub(r.at); since >= repairWindow {
		if n := sent - r.sent; n > 0 && !r.at.IsZero() {
			share := float64(again-r.again) / float64(n)
			r.kbps = share * float64(bytes-r.bytes) * 8 / 1000 / since.Seconds()
		}
		r.at, r.sent, r.again, r.bytes = now, sent, again, bytes
	}
	return max(kbps-r.kbps, leastShare*kbps)
}
