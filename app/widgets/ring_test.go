package widgets

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// The focus of a box is a ring around box and text; Fyne's disc, in which the edge of an empty box is lost, is not drawn under it.
func TestTheRingOfABox(t *testing.T) {
	test.NewTempApp(t)
	c := NewCheck("Follow", nil)
	w := test.NewTempWindow(t, c)
	w.Resize(fyne.NewSize(600, 60))
	r := test.WidgetRenderer(c).(*ringedRenderer)
	w.Canvas().Focus(c)
	if c.ring.Hidden || r.disc() == nil || r.disc().FillColor != color.Transparent {
		t.Errorf("with the focus: ring hidden %v, disc %+v", c.ring.Hidden, r.disc())
	}
	if need := c.MinSize().Width; c.ring.Size().Width < need || c.ring.Size().Width > need+2*ringRoom {
		t.Errorf("the ring is %v wide around what is %v wide", c.ring.Size().Width, need)
	}
	c.SetChecked(true) // draws all of it anew
	if c.ring.Hidden || r.disc().FillColor != color.Transparent {
		t.Error("after a change the disc is back, or the ring is gone")
	}
	w.Canvas().Unfocus()
	if !c.ring.Hidden {
		t.Error("the ring stays without the focus")
	}
	w.Canvas().Focus(c)
	c.Disable()
	if !c.ring.Hidden {
		t.Error("a box that can not be used has a ring")
	}
}
