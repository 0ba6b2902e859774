package widgets

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range []string{"b.json", "a.json", "c.txt", ".hidden.json"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "old", "older"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSaveByKeyboard(t *testing.T) {
	begin(t, look.ModeLight)
	dir := folder(t)
	w := stage(t, fyne.NewSize(900, 600), NewTips(widget.NewLabel("")))
	c := w.Canvas()
	var got []string
	ask := func() {
		got = nil
		ShowSave(w, FileOptions{FileName: "report", Folder: dir, Extension: ".json"}, func(p string) { got = append(got, p) })
	}
	ask()
	press(c, fyne.KeyEscape) // while the name has the focus
	if c.Overlays().Top() != nil || got != nil {
		t.Errorf("Escape: %v", got)
	}
	ask()
	press(c, fyne.KeyReturn)
	if len(got) != 1 || got[0] != filepath.Join(dir, "report.json") {
		t.Errorf("Enter: %v", got)
	}
	ask()
	test.Type(c.Focused(), "a.json") // over the name, which is selected
	press(c, fyne.KeyReturn)
	if got != nil || len(c.Overlays().List()) != 2 {
		t.Fatalf("an existing file was not asked about: %v", got)
	}
	press(c, fyne.KeyEscape)
	if got != nil || len(c.Overlays().List()) != 1 {
		t.Fatalf("the answer no: %v", got)
	}
	press(c, fyne.KeyReturn, fyne.KeyTab, fyne.KeyReturn)
	if len(got) != 1 || got[0] != filepath.Join(dir, "a.json") || c.Overlays().Top() != nil {
		t.Errorf("the answer yes: %v", got)
	}
}

// A folder that was typed without Enter is where the file goes; one that is not there keeps it from going elsewhere.
func TestSaveIntoATypedFolder(t *testing.T) {
	begin(t, look.ModeLight)
	dir := folder(t)
	w := stage(t, fyne.NewSize(900, 600), NewTips(widget.NewLabel("")))
	got := ""
	f := &fileDialog{win: w, aim: fileSave, opts: FileOptions{FileName: "report", Extension: ".json"}, done: func(p string) { got = p }}
	f.build()
	f.enter(dir)
	f.dialog.Show()
	f.path.SetText(filepath.Join(dir, "gone", "further"))
	f.finish()
	if got != "" || f.problem.text == "" {
		t.Fatalf("saved to %q, told %q", got, f.problem.text)
	}
	f.path.SetText(filepath.Join(dir, "old"))
	f.finish()
	if want := filepath.Join(dir, "old", "report.json"); got != want {
		t.Errorf("saved to %q, want %q", got, want)
	}
}

func TestOpenByKeyboard(t *testing.T) {
	begin(t, look.ModeLight)
	dir := folder(t)
	w := stage(t, fyne.NewSize(900, 600), NewTips(widget.NewLabel("")))
	c := w.Canvas()
	got := ""
	ask := func() {
		ShowOpen(w, FileOptions{Folder: dir, Extension: ".json"}, func(p string) { got = p })
	}
	ask()
	press(c, fyne.KeyDown, fyne.KeyReturn, fyne.KeyReturn, fyne.KeyBackspace, fyne.KeyBackspace) // old/older and back
	press(c, fyne.KeyDown, fyne.KeyReturn)
	if got != filepath.Join(dir, "a.json") {
		t.Errorf("opened %q", got)
	}
	ask()
	press(c, fyne.KeyEscape)
	if c.Overlays().Top() != nil {
		t.Error("Escape in the list does not close it")
	}
}

func TestFolderByKeyboard(t *testing.T) {
	begin(t, look.ModeLight)
	dir := folder(t)
	w := stage(t, fyne.NewSize(900, 600), NewTips(widget.NewLabel("")))
	c := w.Canvas()
	got := ""
	ShowFolder(w, FileOptions{Folder: dir}, func(p string) { got = p })
	press(c, fyne.KeyDown, fyne.KeyReturn) // into "old"
	d := c.Overlays().Top().(*Dialog)
	c.Focus(d.chosen)
	press(c, fyne.KeyReturn)
	if got != filepath.Join(dir, "old") {
		t.Errorf("chose %q", got)
	}
}
