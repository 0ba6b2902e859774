package widgets

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"echopath/app/model"
	"echopath/app/present"
)

func sampleSections() []model.Section {
	c := func(texts ...string) (out []model.Cell) {
		for _, t := range texts {
			out = append(out, model.Cell{Text: t, Hint: "About " + t})
		}
		return out
	}
	return []model.Section{
		{Title: "Route", Intro: "What ICE has chosen at both ends.", Rows: [][]model.Cell{
			c("Local candidate", "relay 203.0.113.7:49170 udp, related to 192.168.0.17:51820"),
			c("Remote candidate", "host 192.168.0.17:39912 udp"),
			c("Server", "turn:relay.example.net:3478?transport=udp"),
			c("Reason", "The server did not answer on TCP port 3478: a firewall between here and there drops it without a word, or no server listens there. Other paths to the same server work."),
		}},
		{Title: "Carriers", Columns: []string{"", "Loss out", "Loss back", "RTT p50 ms", "RTT p95 ms", "Jitter ms", "kbit/s"}, Rows: [][]model.Cell{
			c("SRTP", "0 (≤ 0.76)", "0 (≤ 0.76)", "0.41", "0.72", "0.1", "64"),
			c("Data channel", "0.4 (0.1–1.4)", "0 (≤ 0.76)", "12.4", "48.7", "9.8", "64"),
		}},
		{Title: "Events", Columns: []string{"Time", "Side", "What"}, Rows: [][]model.Cell{
			c("0:00.0", "near", "gathering"), c("0:00.3", "far", "connected over relay-udp"), c("0:10.9", "near", "closed"),
		}},
	}
}

func sampleLog(n int) []model.LogLine {
	var out []model.LogLine
	for i := range n {
		l := model.LogLine{Time: fmt.Sprintf("%d:%02d.%d", i/60, i%60, i%10), Path: "Relay UDP", Text: fmt.Sprintf("Packet %d was answered.", i)}
		switch i % 5 {
		case 0:
			l.Path, l.Text = "", "Measuring the next path: the longest line of all, which says in too many words what nobody needs to know, and so is cut where the window ends."
		case 2:
			l.Tone, l.Text = present.TonePoor, "The server did not answer."
		case 3:
			l.Tone, l.Text = present.ToneFair, "The network has changed."
		}
		out = append(out, l)
	}
	return out
}

func TestSectionPictures(t *testing.T) {
	shoot(t, "sections", fyne.NewSize(700, 400), func() fyne.CanvasObject {
		v := NewSectionView()
		v.SetSections(sampleSections())
		return NewTips(v)
	}, func(w fyne.Window) {
		v := w.Content().(*Tips).content.(*SectionView)
		w.Canvas().Focus(v)
		v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	})
}

func TestLogPictures(t *testing.T) {
	shoot(t, "log", fyne.NewSize(700, 300), func() fyne.CanvasObject {
		l := NewLogList()
		l.SetLines(sampleLog(200))
		s := NewSegments("Charts", "Findings", "Details", "Log")
		s.SetBadge(1, "3")
		s.Select(1)
		return NewTips(container.NewBorder(container.NewHBox(s), nil, nil, nil, Card(l)))
	}, func(w fyne.Window) { test.MoveMouse(w.Canvas(), fyne.NewPos(40, 15)) })
}

func TestFilePictures(t *testing.T) {
	shoot(t, "files", fyne.NewSize(900, 600), func() fyne.CanvasObject { return NewTips(container.NewVBox()) }, func(w fyne.Window) {
		f := &fileDialog{win: w, aim: fileSave, opts: FileOptions{Title: "Save the report", FileName: "echopath-2026-11-21.json", Extension: ".json"}}
		f.build()
		f.folder = "/home/ada/Documents/network reports"
		at := time.Date(2026, 11, 3, 9, 41, 0, 0, time.UTC)
		f.entries = []fileEntry{{"2025", true, 0, at}, {"2026", true, 0, at}, {"echopath-2026-11-01.json", false, 48211, at}, {"echopath-2026-11-03.json", false, 1348211, at},
			{"a very long name that somebody gave to a report because it was needed for the meeting on Monday.json", false, 512, at}}
		f.path.SetText(f.folder)
		f.list.changed()
		f.dialog.ShowSized(fileSize)
		f.name.selectAll()
		f.list.selected = 2
		f.say("This folder can not be read: no permission.")
		f.list.Refresh()
	})
	shoot(t, "confirm", fyne.NewSize(560, 300), func() fyne.CanvasObject { return NewTips(table(doneRows())) }, func(w fyne.Window) {
		Confirm(w, "Replace the file?", "echopath-2026-11-01.json is already there. What is in it will be lost.", "Replace", "Keep it", func(bool) {})
	})
}

func TestInputPictures(t *testing.T) {
	shoot(t, "inputs", fyne.NewSize(560, 260), func() fyne.CanvasObject {
		rate := NewFieldBox("Packets a second", NewEntry(), "How many packets each carrier sends.")
		bad := NewEntry()
		bad.SetText("soon")
		wrong := NewFieldBox("Duration", bad, "")
		wrong.SetProblem("This is no length of time: write 10, 10s or 2m.")
		s := NewSelect([]string{"Voice", "Video"}, nil)
		s.SetSelected("Voice")
		disabled := NewButton("Start", nil, nil)
		disabled.Disable()
		check := NewCheck("Relay UDP", nil)
		check.SetChecked(true)
		return NewTips(container.NewVBox(
			container.NewGridWithColumns(2, rate, wrong),
			container.NewGridWithColumns(2, NewFieldBox("Preset", s, ""), NewFieldBox("Interface", NewSelectEntry([]string{"eth0"}), "")),
			container.NewHBox(Tipped(disabled, Tip("Choose a path: there is nothing to measure. This is why Start is disabled, in a sentence that has to wrap.")), check)))
	}, func(w fyne.Window) { test.MoveMouse(w.Canvas(), fyne.NewPos(30, 150)) })
}
