package stats

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

const fuzzFrame = 2 + 3*8 + 2 + 8 + 2

// decodeFrames reads rows of fuzzFrame bytes each: status, key, times, size, PSNR, coding.
func decodeFrames(data []byte) Frames {
	var rows Frames
	for len(data) >= fuzzFrame {
		b := data[:fuzzFrame]
		data = data[fuzzFrame:]
		word := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[2+8*i:])) }
		f := Frame{Number: uint32(len(rows)), Status: FrameStatus(b[0]), Key: b[1]&1 == 1, Copies: int(b[1]) - 128,
			CaptureUS: word(0), SentUS: word(1), ShownUS: word(2), Width: int(int8(b[26])) * 16, Height: int(b[27]), Bytes: int(int8(b[26])),
			PSNR: math.Float64frombits(binary.LittleEndian.Uint64(b[28:])), EncodeUS: int64(int8(b[36])), DecodeUS: int64(b[37])}
		f.SSIM = f.PSNR
		rows = append(rows, f)
	}
	return rows
}

func encodeFrames(rows Frames) (data []byte) {
	for _, f := range rows {
		data = append(data, byte(f.Status), 128)
		for _, us := range []int64{f.CaptureUS, f.SentUS, f.ShownUS} {
			data = binary.LittleEndian.AppendUint64(data, uint64(us))
		}
		data = append(data, byte(f.Width/16), byte(f.Height))
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(f.PSNR))
		data = append(data, 7, 8)
	}
	return data
}

func FuzzSummarizeFrames(f *testing.F) {
	f.Add([]byte{}, int64(0))
	f.Add(encodeFrames(movie(0, 30, 60, 260, -1, -2, -3, -4, 20)), int64(500_000))
	f.Add(encodeFrames(randomMovie(rand.New(rand.NewPCG(27, 28)), 60)), int64(9_000_000))
	f.Add(encodeFrames(Frames{{Status: FrameShown, CaptureUS: math.MaxInt64, ShownUS: math.MinInt64 + 1}, {Status: FrameShown, ShownUS: math.MaxInt64},
		{Status: FrameShown, ShownUS: math.MaxInt64}}), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, data []byte, end int64) {
		rows := decodeFrames(data)
		s := SummarizeFrames(rows, end)
		finite(t, reflect.ValueOf(s))
		if s.Sent+s.Dropped+s.Skipped+s.Undecided != len(rows) || s.Shown+s.Missing != s.Sent || s.KeyFrames > s.Sent {
			t.Errorf("pictures went missing: %+v of %d", s, len(rows))
		}
		if s.DelayMinUS > s.DelayP50US || s.DelayP50US > s.DelayP95US || s.DelayP95US > s.DelayMaxUS || s.DelayOK && s.Shown == 0 {
			t.Errorf("delays: %+v", s)
		}
		if s.PSNRP5 > MaxPSNR || s.PSNRMean < 0 || s.SSIMMean > 1 || s.SentMost > s.Sent || s.SizeChanges > max(0, s.Sent-1) || s.FPS < 0 {
			t.Errorf("figures out of bounds: %+v", s)
		}
		checkFreezes(t, Freezes(rows, end), s)
	})
}

func checkFreezes(t *testing.T, list []Freeze, s VideoStats) {
	if len(list) != s.Freezes || s.FrozenUS < 0 || s.Freezes > s.Shown || s.Freezes == 0 && s.FrozenUS+s.LongestFreezeUS > 0 {
		t.Errorf("freezes %v of %+v", list, s)
	}
	last := int64(math.MinInt64)
	for _, f := range list {
		if f.FromUS < last || f.FromUS > f.DueUS || f.DueUS >= f.ToUS || f.GapUS() <= MinFreezeUS || f.FrozenUS() > s.FrozenUS {
			t.Errorf("freeze %v of %+v", f, s)
		}
		last = f.ToUS
	}
}
