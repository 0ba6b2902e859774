package host

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"echopath/netcheck/control"
	"echopath/netcheck/signaling"
)

// The budget is how many packets a second, in each direction, the echo peer returns without losing one for want of time.
//
// It is measured at the start: how often a datagram of probeSize bytes goes to a socket of this computer and back, one at a time, in
// the best of probeSlices slices of probeTime, since a moment in which another program was busy says nothing about the rest. That
// costs four passes through the network stack and two wake-ups. A probe packet costs more: it comes and goes encrypted, through a
// data channel or SRTP, and on relay paths through the TURN server as well, and the processors have other things to do.
// TestPerfHost measures it: 0.12 to 0.28 ms of one processor for a packet there and back. On the computer of that measurement, with
// two processors and up to 100,000 datagrams a second there and back when it is quiet, budgetShare gives 5000 packets a second,
// which take a third of both processors. Of 4000 packets a second of 20 guests none was lost there.
const (
	probeSize   = 200
	probeTime   = 50 * time.Millisecond
	probeSlices = 5
	budgetShare = 0.05

	leastBudget = 400 // two runs of the preset quick; what any computer does
	mostBudget  = 20_000
)

// What one run may ask for beside the budget.
const (
	leastCost    = 40        // packets a second that a run is charged at least: connecting and keeping a link costs too
	packetBytes  = 1200      // of a packet of video
	maxPackets   = 1_000_000 // a carrier and path: the far end's log of it takes 24 MB
	maxRunLength = 8 * time.Hour
)

func limitsOf(budget float64) signaling.Limits {
	return signaling.Limits{PacketsPerSecond: budget, Kbps: min(budget*packetBytes*8/1000, 2*control.MaxVideoKbps), Packets: maxPackets, Duration: maxRunLength}
}

// cost is what a run takes of the budget.
func cost(r signaling.Run) float64 {
	return max(leastCost, r.PacketsPerSecond, r.Kbps*1000/8/packetBytes)
}

// measureBudget takes probeSlices times probeTime.
func measureBudget(ctx context.Context, a netip.Addr) (float64, error) {
	best := 0.0
	for range probeSlices {
		rate, err := echoRate(ctx, a)
		if err != nil {
			return 0, err
		}
		best = max(best, rate)
	}
	return min(max(best*budgetShare, leastBudget), mostBudget), nil
}

// echoRate is how often a second a datagram goes there and back.
func echoRate(ctx context.Context, a netip.Addr) (float64, error) {
	echo, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return 0, fmt.Errorf("measure what this computer can return: %w", err)
	}
	defer func() { _ = echo.Close() }() // it holds nothing
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(echo.LocalAddr().(*net.UDPAddr).AddrPort()))
	if err != nil {
		return 0, fmt.Errorf("measure what this computer can return: %w", err)
	}
	defer func() { _ = conn.Close() }()
	end := time.Now().Add(probeTime)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	_ = echo.SetDeadline(end)
	_ = conn.SetDeadline(end)
	done := make(chan struct{})
	go func() {
		defer close(done)
		returnAll(echo)
	}()
	begin, there := time.Now(), 0
	buf := make([]byte, probeSize)
	for {
		if _, err := conn.Write(buf); err != nil {
			break
		}
		if _, err := conn.Read(buf); err != nil {
			break
		}
		there++
	}
	took := time.Since(begin)
	<-done
	return float64(there) / took.Seconds(), ctx.Err()
}

func returnAll(c *net.UDPConn) {
	buf := make([]byte, 2*probeSize)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if _, err := c.WriteToUDPAddrPort(buf[:n], from); err != nil {
			return
		}
	}
}
