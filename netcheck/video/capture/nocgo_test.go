//go:build !cgo

package capture

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"echopath/netcheck"
)

// Without cgo what can not be had is told, and the rest works: the other tests run in such a build too.
func TestBuildWithoutCgoTellsWhatItLacks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clip.ivf")
	must(t, os.WriteFile(path, ivfHeader("VP80", 30, 1), 0o600))
	for says, source := range map[string]netcheck.VideoSource{
		"which this build can not decode": {Kind: netcheck.SourceFile, Name: path},
		"This build has no cameras":       {Kind: netcheck.SourceCamera},
	} {
		s, err := Open(context.Background(), source, 320, 180, 30)
		var f *netcheck.Failure
		if s != nil || !errors.As(err, &f) || !strings.Contains(f.Text, says) || !strings.Contains(f.Advice, "cgo") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	if list, err := Cameras(); err == nil || list != nil {
		t.Errorf("cameras %v, %v", list, err)
	}
}
