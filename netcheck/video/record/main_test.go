package record

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(helperEnv); path != "" {
		recordUntilKilled(path)
		return
	}
	goleak.VerifyTestMain(m)
}
