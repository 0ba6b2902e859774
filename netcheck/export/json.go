package export

import (
	"encoding/json"
	"fmt"
	"io"

	"echopath/netcheck"
)

// JSON writes the report and its verdict as one indented JSON document of the form named by [Schema]. A partial report gives
// a whole document that says so in run.ended and in the state of each path.
func JSON(w io.Writer, r netcheck.Report, v netcheck.Verdict) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // it is read by people too, and never lands in a web page as it is
	enc.SetIndent("", "  ")
	if err := enc.Encode(newDocument(r, v)); err != nil {
		return fmt.Errorf("write the JSON report: %w", err)
	}
	return nil
}
