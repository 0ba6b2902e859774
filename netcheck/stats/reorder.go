package stats

// Reorder applies the Reordered singleton of RFC 4737, section 3.3, to packets in order of arrival. Add first copies only:
// a duplicate would count as reordered.
type Reorder struct {
	next uint64 // NextExp: the highest sequence number so far plus one; wider than a sequence number, so it can not wrap
}

// Add tells whether the packet that arrives now is reordered: its number is below that of some packet that came before it.
// Packets that come early, over a hole, are not; those that fill the hole later are.
func (r *Reorder) Add(seq uint32) bool {
	if uint64(seq) < r.next {
		return true
	}
	r.next = uint64(seq) + 1
	return false
}
