package record

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// whole checks what a closed file must have.
func (p *parsed) whole(index bool) error {
	if !p.closed || p.truncated || p.duration <= 0 {
		return fmt.Errorf("not closed: %v %v %v", p.closed, p.truncated, p.duration)
	}
	all := p.blocks()
	if len(all) == 0 || !all[0].key || all[0].ms != 0 || p.duration <= float64(all[len(all)-1].ms) {
		return fmt.Errorf("%d blocks, %v ms", len(all), p.duration)
	}
	for id, at := range p.seek {
		if p.at[id] != int(at) {
			return fmt.Errorf("SeekHead says that %x is at %d, not %d", id, at, p.at[id])
		}
	}
	if want := map[bool]int{true: 3, false: 2}[index]; len(p.seek) != want || index != (len(p.cues) > 0) {
		return fmt.Errorf("%d entries in SeekHead, %d in Cues", len(p.seek), len(p.cues))
	}
	for _, c := range p.cues {
		i := slices.IndexFunc(p.clusters, func(k parsedCluster) bool { return k.offset == int(c.offset) })
		if i < 0 || p.clusters[i].time != c.ms || !p.clusters[i].blocks[0].key {
			return fmt.Errorf("nothing to jump to at %v", c)
		}
	}
	for _, c := range p.clusters {
		if !c.known {
			return fmt.Errorf("cluster at %d has no size", c.offset)
		}
	}
	return nil
}

// mustParse reads a file that was closed.
func mustParse(t *testing.T, path string) *parsed {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(b)
	if err == nil {
		err = p.whole(true)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return p
}
