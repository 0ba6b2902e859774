package session

import (
	"bytes"
	"os"
	"testing"
)

func TestSpoolLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s, err := newSpool()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.WriteAt([]byte("packet"), 4096); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 6)
	if _, err := s.ReadAt(b, 4096); err != nil || !bytes.Equal(b, []byte("packet")) {
		t.Errorf("read back %q, %v", b, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
