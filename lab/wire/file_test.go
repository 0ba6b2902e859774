package wire

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFilesHoldWhatWasWritten(t *testing.T) {
	c := always(Treatment{Loss: 0.2, Delay: 2 * ms, Duplicate: 0.2, Reorder: Reorder{0.2, 3 * ms}, Burst: Burst{Enter: 0.1, Leave: 0.5}})
	records, _ := carry(t, c, 300, ms, func(n int) []byte { return [][]byte{media(100+n, uint16(n)), tcp(1, uint16(n)), {9}}[n%3] })
	c.Direction = Down
	back, _ := carry(t, c, 10, ms, same(99))
	records = append(records, back...)
	var file bytes.Buffer
	if err := Write(&file, records); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&file)
	if err != nil || !slices.Equal(got, records) {
		t.Errorf("%v; %d records, want %d the same", err, len(got), len(records))
	}
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	good := "up,1,2,3,100,17,1,2,passed,false,0,80\n"
	for text, want := range map[string]string{
		"":                       "first line",
		"a,b\n":                  "first line",
		header + good + "up,1\n": "line 3: 2 columns",
		header + "left,1,2,3,100,17,1,2,passed,false,0,\n": "column 1",
		header + "up,-1,2,3,100,17,1,2,passed,false,0,\n":  "column 2",
		header + "up,1,2,3,100,256,1,2,passed,false,0,\n":  "column 6",
		header + "up,1,2,3,100,17,1,2,eaten,false,0,\n":    "column 9",
		header + "up,1,2,3,100,17,1,2,passed,no,0,\n":      "column 10",
		header + "up,1,2,3,100,17,1,2,passed,false,0,8\n":  "column 12",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "up,1,2,3,100,17,1,2,passed,false,0,80\n"))
	f.Add([]byte(header + "down,1,,,100,17,1,2,lost,true,0,\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, records); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(&again); err != nil || !slices.Equal(got, records) {
			t.Fatalf("%v: %+v became %+v", err, records, got)
		}
	})
}

func TestSelectors(t *testing.T) {
	rtcp := udp(100, 1000, 2000, 0x80, 200, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9)
	relayed := udp(200, 3478, 2000, 0x40, 0, 0, 100, 0x80, 111, 0, 7, 0, 0, 0, 0, 0, 0, 0, 5)
	list := [][]byte{media(300, 3), rtcp, relayed, udp(250, 1, 2), tcp(443, 9)}
	records, _ := carry(t, Config{}, len(list), ms, func(n int) []byte { return list[n] })
	for _, tt := range []struct {
		s    Selector
		want []int // lengths
	}{
		{Selector{}, []int{300, 100, 200, 250, 60}}, {Selector{RTP: true}, []int{300, 200}}, {Selector{Protocol: TCP}, []int{60}},
		{Selector{Low: 200, High: 250}, []int{200, 250}}, {Selector{Port: 2000, High: 250}, []int{100, 200}}, {Selector{Port: 443}, []int{60}},
	} {
		var got []int
		for _, r := range Select(records, tt.s) {
			got = append(got, r.Length)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v chooses %v, want %v", tt.s, got, tt.want)
		}
	}
	if m, ok := records[2].RTP(); !ok || m != (Media{Type: 111, Sequence: 7, SSRC: 5}) {
		t.Errorf("%+v, %v", m, ok)
	}
	if c := Count(records); c.Packets != 5 || c.Bytes != 910 || c.Missing() != 0 || c.ByFate[Passed] != 5 {
		t.Errorf("%+v", c)
	}
	if d := (&Record{Arrived: 1, Departed: 3}).Delay(); d != 2*time.Nanosecond {
		t.Errorf("delay %v", d)
	}
}
