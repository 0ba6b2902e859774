package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

func TestEscapeAndEnterReachTheDialogFromEveryInput(t *testing.T) {
	begin(t, look.ModeLight)
	inputs := map[string]func() fyne.Focusable{
		"none":        func() fyne.Focusable { return nil },
		"entry":       func() fyne.Focusable { return NewEntry() },
		"password":    func() fyne.Focusable { return NewPasswordEntry() },
		"selectentry": func() fyne.Focusable { return NewSelectEntry([]string{"a"}) },
		"select":      func() fyne.Focusable { return NewSelect([]string{"a"}, nil) },
		"check":       func() fyne.Focusable { return NewCheck("a", nil) },
		"segments":    func() fyne.Focusable { return NewSegments("a", "b") },
		"table":       func() fyne.Focusable { return NewResultTable() },
		"sections":    func() fyne.Focusable { return NewSectionView() },
	}
	for name, create := range inputs {
		t.Run(name, func(t *testing.T) {
			w := stage(t, fyne.NewSize(600, 400), NewTips(widget.NewLabel("")))
			c := w.Canvas()
			below := 0
			c.SetOnTypedKey(func(*fyne.KeyEvent) { below++ })
			input := create()
			content := fyne.CanvasObject(widget.NewLabel("text"))
			if input != nil {
				content = input.(fyne.CanvasObject)
			}
			done := 0
			d := NewDialog(w, "Title", content)
			d.SetDefault(d.AddButton("Do", func() { done++ }))
			d.SetFirst(input)
			d.Show()
			if input == nil {
				c.Unfocus()
			} else if c.Focused() != input {
				t.Fatalf("focus on %T at opening", c.Focused())
			}
			if name != "table" { // Enter opens a row there
				press(c, fyne.KeyReturn, fyne.KeyEnter)
				if done != 2 {
					t.Errorf("Enter pressed the default %d times of 2", done)
				}
			}
			press(c, fyne.KeyEscape)
			if c.Overlays().Top() != nil {
				t.Error("Escape does not close it")
			}
			press(c, fyne.KeyEscape)
			if below != 1 {
				t.Errorf("the window's keys were not given back: %d", below)
			}
		})
	}
}

func TestMultiLineEntryKeepsEnterAndLetsTabGo(t *testing.T) {
	begin(t, look.ModeLight)
	e := NewMultiLineEntry()
	c := stage(t, fyne.NewSize(400, 200), e).Canvas()
	c.Focus(e)
	press(c, fyne.KeyReturn)
	if e.Text != "\n" || e.AcceptsTab() {
		t.Errorf("text %q, takes Tab %v", e.Text, e.AcceptsTab())
	}
}

func TestConfirm(t *testing.T) {
	begin(t, look.ModeLight)
	for _, c := range []struct {
		keys []fyne.KeyName
		want string
	}{
		{[]fyne.KeyName{fyne.KeyEscape}, "no"}, {[]fyne.KeyName{fyne.KeyReturn}, "no"},
		{[]fyne.KeyName{fyne.KeyTab, fyne.KeyReturn}, "yes"}, {[]fyne.KeyName{fyne.KeyTab, fyne.KeyEscape}, "no"},
	} {
		w := stage(t, fyne.NewSize(600, 400), NewTips(widget.NewLabel("")))
		answers := []string{}
		Confirm(w, "Really?", "It is gone then.", "Delete", "Keep", func(yes bool) {
			answers = append(answers, map[bool]string{true: "yes", false: "no"}[yes])
		})
		press(w.Canvas(), c.keys...)
		if len(answers) != 1 || answers[0] != c.want || w.Canvas().Overlays().Top() != nil {
			t.Errorf("%v: %v", c.keys, answers)
		}
	}
}

func TestFieldBoxDoesNotMove(t *testing.T) {
	begin(t, look.ModeLight)
	f := NewFieldBox("Rate", NewEntry(), "hint")
	stage(t, fyne.NewSize(300, 100), NewTips(f))
	before := f.MinSize()
	f.SetProblem("This is not a number, and there is more to say than fits on the line that is kept for it.")
	if f.MinSize() != before || !f.problem.cut {
		t.Errorf("from %v to %v, cut %v", before, f.MinSize(), f.problem.cut)
	}
}
