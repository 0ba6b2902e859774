package view

import (
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
)

// updating tells that the golden pictures are to be written anew: presenttest has the flag -update.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

func TestMain(m *testing.M) {
	time.Local = time.UTC // pictures and file names must not depend on where the tests run
	os.Exit(m.Run())
}

// golden compares a picture with the one in testdata that was looked at by a person.
func golden(t *testing.T, name string, img image.Image) {
	t.Helper()
	if updating() {
		f, err := os.Create(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !test.AssertImageMatches(t, name, img) {
		t.Log("look at testdata/failed; go test -update writes it anew")
	}
}
