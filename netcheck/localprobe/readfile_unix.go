//go:build unix

package localprobe

import (
	"io"
	"os"
)

// readUpTo reads what there is of a file of the system, at most so many bytes. None is as good as an empty one.
func readUpTo(most int64, file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	b, _ := io.ReadAll(io.LimitReader(f, most))
	return string(b)
}
