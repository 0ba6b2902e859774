package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/netcheck"
)

// begin makes an application of the test driver in the program's theme.
func begin(t *testing.T, mode look.Mode) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.New(mode))
}

// stage is a window of the test driver.
func stage(t *testing.T, size fyne.Size, content fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, content)
	w.Resize(size)
	return w
}

// shoot compares a window with a picture in testdata, light and dark.
func shoot(t *testing.T, name string, size fyne.Size, content func() fyne.CanvasObject, before ...func(fyne.Window)) {
	t.Helper()
	for _, mode := range []look.Mode{look.ModeLight, look.ModeDark} {
		t.Run(string(mode), func(t *testing.T) {
			begin(t, mode)
			w := stage(t, size, content())
			for _, f := range before {
				f(w)
			}
			test.AssertImageMatches(t, name+"_"+string(mode)+".png", w.Canvas().Capture())
		})
	}
}

func sampleHeader() [model.NumCols]model.Heading {
	return [model.NumCols]model.Heading{
		model.ColConnect:  {Title: "Connect", Unit: "ms", Hint: "Time from the first candidate to the first packet."},
		model.ColLossOut:  {Title: "Loss out", Unit: "95 % interval", Hint: "Share of the packets that did not reach the far end, with the range that the true value lies in."},
		model.ColLossBack: {Title: "Loss back", Unit: "95 % interval", Hint: "Share of the answers that did not come back."},
		model.ColLate:     {Title: "Late", Unit: "of answers", Hint: "Answers that came too late for a call."},
		model.ColRTT50:    {Title: "RTT p50", Unit: "ms", Hint: "Half of the packets took no longer there and back."},
		model.ColRTT95:    {Title: "RTT p95", Unit: "ms", Hint: "95 % of the packets took no longer there and back."},
		model.ColJitter:   {Title: "Jitter", Unit: "p95 ms", Hint: "How unevenly packets arrive."},
		model.ColKbps:     {Title: "Bitrate", Unit: "kbit/s", Hint: "Bitrate of the answers."},
	}
}

func cells(soft bool, texts ...string) (out [model.NumCols]model.Cell) {
	for i, t := range texts {
		out[i] = model.Cell{Text: t, Soft: soft}
	}
	return out
}

var (
	good    = present.Mark{Shape: "●", Word: "good", Tone: present.ToneGood}
	fair    = present.Mark{Shape: "▲", Word: "fair", Tone: present.ToneFair}
	poor    = present.Mark{Shape: "■", Word: "poor", Tone: present.TonePoor}
	failed  = present.Mark{Shape: "■", Word: "failed", Tone: present.TonePoor}
	waiting = present.Mark{Shape: "·", Word: "waiting", Tone: present.ToneFaint}
	running = present.Mark{Shape: "◌", Word: "measuring", Tone: present.ToneNone}
	unclear = present.Mark{Shape: "○", Word: "inconclusive", Tone: present.ToneNone}
	notHere = present.Mark{Shape: "–", Word: "not applicable", Tone: present.ToneFaint}
)

func sampleRows(marks ...present.Mark) []model.Row {
	paths := []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP, netcheck.PathRelayTCP, netcheck.PathRelayTLS}
	titles := []string{"Direct", "STUN", "Relay UDP", "Relay TCP", "Relay TLS"}
	rows := make([]model.Row, len(paths))
	for i := range rows {
		rows[i] = model.Row{Path: paths[i], Title: titles[i], Hint: "What " + titles[i] + " is.", State: marks[i]}
	}
	return rows
}

func doneRows() []model.Row {
	rows := sampleRows(good, unclear, fair, failed, notHere)
	rows[0].Cells = cells(false, "14", "0 % (≤ 0.76 %)", "0 % (≤ 0.76 %)", "0 %", "0.41", "0.72", "0.1", "64")
	rows[1].Cells = cells(false, "120", "12.5 % (9.6–15.9)", "12.5 % (9.6–15.9)", "12.5 %", "1 234", "1 876", "1 020", "12 345")
	rows[1].Why = "Too few packets to judge."
	rows[2].Cells = cells(false, "23", "0.4 % (0.1–1.4)", "0 % (≤ 0.76 %)", "2.1 %", "12.4", "48.7", "9.8", "64")
	rows[3].Why = "The server did not answer on TCP port 3478: a firewall between here and there drops it without a word, or no server listens there."
	rows[4].Why = "None of the servers offers TURN over TLS."
	return rows
}

func table(rows []model.Row) *ResultTable {
	t := NewResultTable()
	t.SetHeader(sampleHeader())
	t.SetRows(rows)
	return t
}

func TestTablePictures(t *testing.T) {
	size := fyne.NewSize(790, 195)
	t.Run("idle", func(t *testing.T) {
		shoot(t, "table_idle", size, func() fyne.CanvasObject {
			return NewTips(table(sampleRows(waiting, waiting, waiting, waiting, waiting)))
		})
	})
	t.Run("running", func(t *testing.T) {
		shoot(t, "table_running", size, func() fyne.CanvasObject {
			rows := sampleRows(good, running, waiting, waiting, waiting)
			rows[0].Cells = doneRows()[0].Cells
			rows[1].Cells = cells(true, "15", "0 % (≤ 3.1 %)", "–", "0 %", "0.44", "0.81", "0.1", "63")
			rows[1].Active = true
			return NewTips(table(rows))
		})
	})
	t.Run("done", func(t *testing.T) {
		shoot(t, "table_done", size, func() fyne.CanvasObject { return NewTips(table(doneRows())) }, func(w fyne.Window) {
			w.Canvas().Focus(w.Content().(*Tips).content.(*ResultTable))
			test.MoveMouse(w.Canvas(), fyne.NewPos(300, 120))
		})
	})
}

func TestBannerPictures(t *testing.T) {
	shoot(t, "banners", fyne.NewSize(812, 400), func() fyne.CanvasObject {
		box := container.NewVBox()
		for _, m := range []model.Banner{
			{Mark: good, Text: "All five paths work. Relay over TLS adds 0.3 ms. No loss on any (0 of 500 each: < 0.8 %)."},
			{Mark: fair, Text: "Four of five paths work.", More: "TCP to the server is blocked: ask for port 3478/tcp to be opened."},
			{Mark: poor, Text: "Every path loses packets: 4.2 % out, 3.9 % back. A call over this line will break up often, whichever way it takes, and a video call will freeze for seconds at a time whenever somebody else in the house uses the line.", More: "Most likely cause: the wireless link. Move closer to the access point or use a cable, then measure again; this line is far too long for its place."},
			{Mark: unclear, Text: "Nothing was measured yet.", More: "Press Start to measure."},
		} {
			b := NewBanner()
			b.Set(m)
			box.Add(b)
		}
		return NewTips(box)
	})
}
