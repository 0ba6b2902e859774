package rtc

import (
	"cmp"
	"math"
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Bounds of an order.
const (
	maxTimeout   = 30 * time.Second
	maxVideoKbps = 100_000
)

// load is what a link is made for: what is asked for, within what this end was told to keep room for.
func (a *Acceptor) load(order signaling.Leg) netcheck.Load {
	return netcheck.Load{PacketsPerSecond: min(order.Rate, cmp.Or(a.MaxRate, acceptedRate)), PacketSize: min(order.Size, cmp.Or(a.MaxSize, netcheck.MaxSize))}
}

// acceptedRate is in packets a second.
const acceptedRate = 2000

// checkOrder refuses what no honest end orders: it decides how much memory a link takes.
func checkOrder(o signaling.Leg) error {
	why := ""
	switch v := o.Video; {
	case !slices.Contains(netcheck.AllPaths(), o.Path):
		why = "its path is not known"
	case o.Family != netcheck.Family4 && o.Family != netcheck.Family6:
		why = "its IP version is not known"
	case math.IsNaN(o.Rate) || o.Rate < 0 || o.Rate > netcheck.MaxRate:
		why = "its rate is out of range"
	case o.Size < 0 || o.Size > netcheck.MaxSize:
		why = "its packet size is out of range"
	case v != nil && !(v.StartKbps >= 0 && v.StartKbps <= v.MaxKbps && v.MaxKbps > 0 && v.MaxKbps <= maxVideoKbps):
		why = "its video bitrate is out of range"
	default:
		return nil
	}
	return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "It refuses the order: " + why + ".",
		Advice: "Check that both computers run the same version of the program."}
}
