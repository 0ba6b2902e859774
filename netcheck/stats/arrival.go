package stats

import (
	"cmp"
	"slices"
)

// arrival is one packet as one direction sees it.
type arrival struct {
	place          uint32 // in the order of arrival, from 1; 0: did not arrive, or unknown
	number         uint64 // in the order of sending, from 1; 0: unknown
	sentUS, recvUS int64
}

func upArrival(p Packet) arrival {
	if !p.reachedReflector() {
		return arrival{}
	}
	return arrival{place: p.UpOrder, number: uint64(p.Seq) + 1, sentUS: p.SentUS, recvUS: p.UpRecvUS}
}

// downArrival numbers replies by the order in which the reflector sent them, which is that of arrival there. By Seq a packet
// reordered on the way up would count as reordered on the way down as well.
func downArrival(p Packet) arrival {
	if p.Status != StatusOK {
		return arrival{}
	}
	return arrival{place: p.DownOrder, number: uint64(p.UpOrder), sentUS: p.ReflSendUS, recvUS: p.DownRecvUS}
}

// measureArrivals fills in what depends on the order of arrival.
func (d *Direction) measureArrivals(rows Rows, view func(Packet) arrival) {
	var jitter jitterSeries
	var ipdv IPDV
	var reorder Reorder
	order := inOrderOfArrival(rows, view)
	jitter.values = make([]float64, 0, len(order))
	for _, row := range order {
		a := view(rows.At(int(row)))
		if a.sentUS != NotMeasured && a.recvUS != NotMeasured {
			jitter.add(a.sentUS, a.recvUS)
			ipdv.Add(a.sentUS, a.recvUS)
		}
		if a.number == 0 {
			continue
		}
		d.Ordered++
		if reorder.Add(uint32(a.number - 1)) {
			d.Reordered++
		}
	}
	d.JitterUS, d.JitterOK = jitter.last.Value()
	d.JitterMeanUS, d.JitterP95US = jitter.meanAndP95()
	d.IPDV = ipdv.Result()
}

// jitterSeries is J after each packet from the second on.
type jitterSeries struct {
	last   Jitter
	values []float64
	sum    float64
}

func (s *jitterSeries) add(sentUS, receivedUS int64) {
	s.last.Add(sentUS, receivedUS)
	if us, ok := s.last.Value(); ok {
		s.values = append(s.values, us)
		s.sum += us
	}
}

// meanAndP95 sorts the values; both are 0 if there are none.
func (s *jitterSeries) meanAndP95() (mean, p95 float64) {
	if len(s.values) == 0 {
		return 0, 0
	}
	slices.Sort(s.values)
	return s.sum / float64(len(s.values)), NearestRank(s.values, 0.95)
}

// inOrderOfArrival lists the rows that have a place, by place; rows that claim the same place stay in order of sequence.
func inOrderOfArrival(rows Rows, view func(Packet) arrival) []uint32 {
	var last uint32
	placed := 0
	for i := range rows.Len() {
		if a := view(rows.At(i)); a.place > 0 {
			last = max(last, a.place)
			placed++
		}
	}
	// Places come from the far end or from a file: the table must not grow with what they claim, only with the rows. Some
	// holes are normal.
	if uint64(last) <= 2*uint64(placed)+64 {
		if index, ok := scatter(rows, view, last, placed); ok {
			return index
		}
	}
	return sorted(rows, view, placed)
}

// scatter writes every row straight to its place, in linear time, and closes the holes. ok is false when two rows claim the
// same place.
func scatter(rows Rows, view func(Packet) arrival, last uint32, placed int) (index []uint32, ok bool) {
	table := make([]uint32, last) // row+1, so that 0 is a hole
	for i := range rows.Len() {
		a := view(rows.At(i))
		if a.place == 0 {
			continue
		}
		if table[a.place-1] != 0 {
			return nil, false
		}
		table[a.place-1] = uint32(i) + 1
	}
	index = table[:0]
	for _, row := range table {
		if row != 0 {
			index = append(index, row-1)
		}
	}
	return index[:placed], true
}

// sorted is the slow way for places that make no dense table.
func sorted(rows Rows, view func(Packet) arrival, placed int) []uint32 {
	index := make([]uint32, 0, placed)
	for i := range rows.Len() {
		if view(rows.At(i)).place > 0 {
			index = append(index, uint32(i))
		}
	}
	slices.SortFunc(index, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(view(rows.At(int(a))).place, view(rows.At(int(b))).place), cmp.Compare(a, b))
	})
	return index
}
