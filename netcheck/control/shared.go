package control

import "echopath/netcheck/stamp"

// queueSeconds is how much of the asked load may wait at an end before it skips: a queue of a second is a saturated path, and
// what waits longer would be measured as delay of the network. 64 KiB leaves room for what is under way on any path.
const (
	queueSeconds = 1
	queueFloor   = 64 << 10
)

// QueueLimit is the number of bytes that may wait at one end before datagrams are skipped. Both ends use the same rule, so
// neither hides what the other can not carry. The rate is in packets a second, the size in bytes.
func QueueLimit(rate float64, size int) int {
	return max(queueFloor, int(rate*float64(size)*queueSeconds))
}

// WireCarrier is the number in datagrams of a carrier that an order names; stamp.CarrierUnknown if there is none of that name.
func WireCarrier(name string) stamp.Carrier {
	for _, c := range []stamp.Carrier{stamp.CarrierDataChannel, stamp.CarrierSRTP} {
		if c.String() == name {
			return c
		}
	}
	return stamp.CarrierUnknown
}
