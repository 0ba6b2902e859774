package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/cli"
	"echopath/netcheck/signaling/invite"
)

// A guest and a host that two texts bring together measure as others do.
func TestCopyAndPaste(t *testing.T) {
	h := startHost(t, "--paste")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	file := filepath.Join(t.TempDir(), "answer")
	var out bytes.Buffer
	var code int
	var errs string
	var guest sync.WaitGroup
	ended := make(chan struct{})
	guest.Go(func() {
		defer close(ended)
		code, errs = run(ctx, &out, "loss", "--quiet", "--target", "@"+h.invite, "--interface", "127.0.0.1", "--path", "direct", "--duration", "1s", "--rate", "50",
			"--signaling", "paste", "--answer-file", file, "--json", "-")
		if out.Len() == 0 {
			h.stop()
		}
	})
	answer := awaitFile(t, file, ended)
	if _, err := h.typed.Write([]byte(answer)); err != nil {
		t.Fatal(err)
	}
	h.await("answer_taken")
	said := h.await("guest_left")
	guest.Wait()
	var r struct {
		Run struct{ Ended string }
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || code != cli.ExitOK && code != cli.ExitInconclusive || r.Run.Ended != "complete" || errs != "" {
		t.Fatalf("exit %d, stderr %q, %+v: %v", code, errs, r, err)
	}
	if !strings.Contains(out.String(), `"way": "paste"`) {
		t.Errorf("another way:\n%s", out.String())
	}
	joined := false
	for _, l := range said {
		joined = joined || l.Event == "guest_joined"
	}
	if !joined {
		t.Errorf("the host said %+v", said)
	}
	if h.end(); h.code != cli.ExitOK || h.errs != "" {
		t.Errorf("host: exit %d, stderr %q", h.code, h.errs)
	}
}

// awaitFile waits for a file with an answer.
func awaitFile(t *testing.T, name string, ended <-chan struct{}) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if text, err := os.ReadFile(name); err == nil {
			if _, err := invite.ParseAnswer(string(text)); err != nil {
				t.Fatalf("%v: %q", err, text)
			}
			return string(text)
		}
		select {
		case <-tick.C:
		case <-ended:
			t.Fatal("the guest has ended without an answer")
		}
	}
}
