package stats

import "testing"

func TestSilence(t *testing.T) {
	for name, c := range map[string]struct {
		fates string // + answered, u and d lost on a way, ? lost, s skipped, one every 10 ms
		want  Silence
	}{
		"nothing":                  {"", Silence{}},
		"all answered":             {"++++", Silence{}},
		"one lost":                 {"++u+", Silence{LongestUS: 10_000}},
		"the longer of two":        {"+u+dd+", Silence{LongestUS: 20_000}},
		"until the end":            {"++???", Silence{LongestUS: 20_000, AtEndUS: 20_000}},
		"skipped ones lengthen it": {"+usss+", Silence{LongestUS: 40_000}},
		"skipped ones begin none":  {"+ss+", Silence{}},
		"a longer one before":      {"uuuu+u", Silence{LongestUS: 40_000}},
	} {
		var rows Packets
		for i, fate := range c.fates {
			p := Packet{Seq: uint32(i), SentUS: int64(i) * 10_000, UpRecvUS: NotMeasured, ReflSendUS: NotMeasured, DownRecvUS: NotMeasured} //nolint:gosec // few
			p.Status = map[rune]Status{'+': StatusOK, 'u': StatusLostUp, 'd': StatusLostDown, '?': StatusLost, 's': StatusSkipped}[fate]
			rows = append(rows, p)
		}
		if got := Summarize(rows, Options{}).Silence; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestCuts(t *testing.T) {
	for name, c := range map[string]struct {
		fates string
		every int64 // microseconds
		want  Cuts
	}{
		"short":            {"+uuuuuuuuuuuu+", 100_000, Cuts{}},
		"few":              {"+uuuuuuuuu+", 1_000_000, Cuts{}}, // at so low a rate chance does that
		"one":              {"+uuuuuuuuuu+u+", 200_000, Cuts{N: 1, US: 2_000_000, LongestUS: 2_000_000, LostUp: 10}},
		"by way":           {"+uuuuuudddd?+", 200_000, Cuts{N: 1, US: 2_200_000, LongestUS: 2_200_000, LostUp: 6, LostDown: 4, LostSomewhere: 1}},
		"two":              {"+uuuuuuuuuu+dddddddddddd+", 200_000, Cuts{N: 2, US: 4_400_000, LongestUS: 2_400_000, LostUp: 10, LostDown: 12}},
		"until the end":    {"+uuuuuuuuuuu", 200_000, Cuts{N: 1, US: 2_000_000, LongestUS: 2_000_000, LostUp: 11}},
		"losses by chance": {"+u+u+u+uu+uuuuuu+++u", 200_000, Cuts{}},
	} {
		var rows Packets
		for i, fate := range c.fates {
			p := Packet{Seq: uint32(i), SentUS: int64(i) * c.every, UpRecvUS: NotMeasured, ReflSendUS: NotMeasured, DownRecvUS: NotMeasured} //nolint:gosec // few
			p.Status = map[rune]Status{'+': StatusOK, 'u': StatusLostUp, 'd': StatusLostDown, '?': StatusLost}[fate]
			rows = append(rows, p)
		}
		if got := Summarize(rows, Options{}).Silence.Cuts; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if l := LossOf(1000, 310).BesideCuts(300); l.Sent != 700 || l.Lost != 10 || l.Received != 690 {
		t.Errorf("beside the cut: %+v", l)
	}
}
