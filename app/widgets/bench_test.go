package widgets

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
)

// The three below run ten times a second while a test goes on, on the goroutine that draws.

func BenchmarkTableSetRows(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.New(look.ModeLight))
	tb := table(doneRows())
	test.NewTempWindow(b, NewTips(tb)).Resize(fyne.NewSize(900, 300))
	for i := range b.N {
		rows := doneRows()
		for j := range rows[0].Cells {
			rows[0].Cells[j].Text = fmt.Sprint(i%1000 + j)
		}
		tb.SetRows(rows)
	}
}

func BenchmarkSectionsSet(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.New(look.ModeLight))
	v := NewSectionView()
	test.NewTempWindow(b, NewTips(v)).Resize(fyne.NewSize(900, 300))
	for i := range b.N {
		var s []model.Section
		for range 4 {
			s = append(s, sampleSections()...)
		}
		s[1].Rows[0][1].Text = fmt.Sprint(i % 1000)
		v.SetSections(s)
	}
}

func BenchmarkLogSetLines(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.New(look.ModeLight))
	l := NewLogList()
	lines := sampleLog(10000)
	test.NewTempWindow(b, NewTips(l)).Resize(fyne.NewSize(900, 300))
	for i := range b.N {
		l.SetLines(lines[:9000+i%1000])
	}
}
