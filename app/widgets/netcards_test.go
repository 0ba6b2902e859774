package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/netcheck"
)

func TestClausesAreLeftOutWhole(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two. Three.":                "One. Two.",
		"One. Two: three.":                "One.",
		"One: two; three.":                "One: two",
		"192.0.2.7:3478 is silent; down.": "192.0.2.7:3478 is silent",
	} {
		if got, ok := withoutLastClause(text); !ok || got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if _, ok := withoutLastClause("One sentence of 192.0.2.7:3478."); ok {
		t.Error("a single clause is cut")
	}
}

// A card shows what it has room for, says that there is more, and says it all where there is room.
func TestCardsShowWholeSentences(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.New(look.ModeLight))
	c := NewNetCards()
	whole := "There is a first sentence of some length here. A second one follows it that is as long. And so does a third one, for good measure."
	c.Set([]model.NetCard{{Area: "udp", Title: "UDP", Text: whole}})
	test.NewTempWindow(t, c)
	c.Resize(fyne.NewSize(800, 2*netCardPad+strongStyle.measure("M").Height+2*c.faces[0].text.lineHeight()+1))
	if f := c.faces[0]; !f.cut || f.text.text != "There is a first sentence of some length here. …" {
		t.Errorf("%v %q", f.cut, f.text.text)
	}
	c.Resize(fyne.NewSize(800, 300))
	if f := c.faces[0]; f.cut || f.text.text != whole {
		t.Errorf("%v %q", f.cut, f.text.text)
	}
}

// The single answers have their place only where nothing of the sentence is lost to them.
func TestCardsListAnswersWhereThereIsRoom(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.New(look.ModeLight))
	c := NewNetCards()
	ok := present.NetStateMark(netcheck.NetOK)
	c.Set([]model.NetCard{{Area: "turn", Title: "Relays", Text: "Relays work.", Parts: []present.Mark{{Shape: ok.Shape, Word: "ok: UDP 3478"}, {Shape: ok.Shape, Word: "ok: TLS 443"}}}})
	test.NewTempWindow(t, c)
	line := c.faces[0].text.lineHeight()
	head := 2*netCardPad + strongStyle.measure("M").Height
	for lines, want := range map[float32][2]bool{1: {true, true}, 2.6: {false, true}, 5: {false, false}} {
		c.Resize(fyne.NewSize(800, head+lines*line))
		if f := c.faces[0]; f.parts[0].Hidden != want[0] || f.parts[1].Hidden != want[1] {
			t.Errorf("with room for %v lines hidden are %v and %v", lines, f.parts[0].Hidden, f.parts[1].Hidden)
		}
	}
	c.Set([]model.NetCard{{Area: "turn", Title: "Relays", Text: "Relays work."}})
	if f := c.faces[0]; !f.parts[0].Hidden || !f.parts[1].Hidden {
		t.Error("answers of before are still to be seen")
	}
}
