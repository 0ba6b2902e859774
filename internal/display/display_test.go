package display

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// fakeProbe tells the child, which is this test's own program, what its probe does.
const fakeProbe = "ECHOPATH_TEST_PROBE"

func TestMain(m *testing.M) {
	RunProbeIfAsked(func() error {
		switch os.Getenv(fakeProbe) {
		case "fails":
			return fmt.Errorf("wrapped: %w", &StepError{Step: StepWindow, Err: errors.New("APIUnavailable:\n GLX: GLX extension not found")})
		case "panics":
			panic(errors.New("FormatUnavailable: EGL: Failed to find a suitable EGLConfig"))
		case "dies":
			fmt.Fprintln(os.Stderr, "libGL error: something\nSIGSEGV: segmentation violation\nPC=0x0")
			os.Exit(2)
		case "says nothing":
			os.Exit(1)
		case "never ends":
			time.Sleep(time.Hour)
		case "talks":
			long := strings.Repeat("x", 3*maxOutput) + "\n"
			fmt.Fprint(os.Stderr, long)
			fmt.Println(lineOK)
			fmt.Print(long)
			os.Exit(0)
		case "checks":
			return Check(context.Background())
		}
		return nil
	})
	goleak.VerifyTestMain(m)
}

func TestCheckRunsAChild(t *testing.T) {
	tests := []struct {
		probe  string
		reason Reason
		detail string // part of it
	}{
		{"fails", NoOpenGL, "window: APIUnavailable: GLX: GLX extension not found"},
		{"panics", NoOpenGL, "init: panic: FormatUnavailable"},
		{"dies", Crashed, "SIGSEGV: segmentation violation"},
		{"says nothing", Unknown, "the probe ended without a word: exit status 1"},
		{"checks", Unknown, "checked within a probe"},
	}
	for _, tt := range tests {
		t.Run(tt.probe, func(t *testing.T) {
			err := checkFake(t.Context(), t, tt.probe, time.Minute)
			problem := new(Error)
			if !errors.As(err, &problem) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if problem.Reason != tt.reason || !strings.Contains(problem.Detail, tt.detail) {
				t.Errorf("reason %q, detail %q; want %q, %q", problem.Reason, problem.Detail, tt.reason, tt.detail)
			}
		})
	}
}

func TestCheckPasses(t *testing.T) {
	for _, probe := range []string{"works", "talks"} {
		if err := checkFake(t.Context(), t, probe, time.Minute); err != nil {
			t.Errorf("a probe that %s: %v", probe, err)
		}
	}
}

func TestCheckEndsAChildThatHangs(t *testing.T) {
	err := checkFake(t.Context(), t, "never ends", 50*time.Millisecond)
	if problem := new(Error); !errors.As(err, &problem) || problem.Reason != TimedOut {
		t.Errorf("got %v, want the reason %s", err, TimedOut)
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	reason := errors.New("asked to")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
	if err := checkFake(ctx, t, "never ends", time.Hour); !errors.Is(err, reason) {
		t.Errorf("got %v, want %v", err, reason)
	}
}

func TestCheckWithoutAProgram(t *testing.T) {
	err := check(t.Context(), t.TempDir()+"/none", nil, time.Minute)
	if problem := new(Error); !errors.As(err, &problem) || !strings.Contains(problem.Detail, "start the probe") {
		t.Errorf("got %v", err)
	}
}

func TestRunProbeIfAskedReturnsElsewhere(*testing.T) {
	RunProbeIfAsked(func() error { panic("must not be called") })
}

func checkFake(ctx context.Context, t *testing.T, probe string, limit time.Duration) error {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return check(ctx, program, append(os.Environ(), fakeProbe+"="+probe), limit)
}
