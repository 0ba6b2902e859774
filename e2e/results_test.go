//go:build linux

package e2e

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// resultFiles are what a run leaves behind.
var resultFiles = []string{"packets.csv", "report.json", "samples.csv", "summary.csv"}

// report is as much of report.json as the tests compare.
type report struct {
	Schema string `json:"schema"`
	Run    struct {
		Ended     string  `json:"ended"`
		DurationS float64 `json:"duration_s"`
	} `json:"run"`
	Granted struct {
		Paths []string `json:"paths"`
		Rate  float64  `json:"rate"`
	} `json:"granted"`
	Paths []struct {
		Path      string   `json:"path"`
		State     string   `json:"state"`
		ConnectMS *float64 `json:"connect_ms"`
		Carriers  []struct {
			Carrier string `json:"carrier"`
			Total   struct {
				Sent *int `json:"sent"`
				Lost *int `json:"lost"`
			} `json:"total"`
			RTTMS struct {
				P50 *float64 `json:"p50"`
			} `json:"rtt_ms"`
		} `json:"carriers"`
	} `json:"paths"`
	Verdict struct {
		Sentence string `json:"sentence"`
	} `json:"verdict"`
}

func readReport(t *testing.T, name string) report {
	t.Helper()
	var r report
	if err := json.Unmarshal(readFile(t, name), &r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if r.Schema != "echopath.report/1" {
		t.Fatalf("%s: schema %q", name, r.Schema)
	}
	return r
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readTable gives the rows of a CSV file by column.
func readTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(readFile(t, name), []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %d rows, %v", name, len(all), err)
	}
	var rows []map[string]string
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// onlyRun gives the folder of the one run that was kept, with all its files whole and nothing else in it.
func (h home) onlyRun(t *testing.T) string {
	t.Helper()
	runs := names(t, h.results())
	if len(runs) != 1 {
		t.Fatalf("folders of results: %v, want one", runs)
	}
	folder := filepath.Join(h.results(), runs[0])
	if files := names(t, folder); !slices.Equal(files, resultFiles) {
		t.Fatalf("files of the run: %v, want %v", files, resultFiles)
	}
	return folder
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// agree compares the files of a run with each other, and gives the report.
func agree(t *testing.T, folder string) report {
	t.Helper()
	r := readReport(t, filepath.Join(folder, "report.json"))
	rows := readTable(t, filepath.Join(folder, "summary.csv"))
	packets := readTable(t, filepath.Join(folder, "packets.csv"))
	n := 0
	for _, p := range r.Paths {
		for _, c := range p.Carriers {
			row := rows[n]
			n++
			sent, of := *c.Total.Sent, 0
			for _, packet := range packets {
				if packet["path"] == p.Path && packet["carrier"] == c.Carrier && packet["status"] != "skipped" {
					of++
				}
			}
			if row["path"] != p.Path || row["carrier"] != c.Carrier || row["state"] != p.State ||
				row["total_sent"] != strconv.Itoa(sent) || row["total_lost"] != strconv.Itoa(*c.Total.Lost) {
				t.Errorf("summary.csv says %v, report.json %s %s sent %d", row, p.Path, c.Carrier, sent)
			}
			if of < sent {
				t.Errorf("packets.csv has %d rows of %s %s, report.json counts %d sent", of, p.Path, c.Carrier, sent)
			}
		}
		if len(p.Carriers) == 0 {
			n++
		}
	}
	if n != len(rows) {
		t.Errorf("summary.csv has %d rows, report.json asks for %d", len(rows), n)
	}
	return r
}

// same compares two files byte by byte.
func same(t *testing.T, a, b string) {
	t.Helper()
	if !bytes.Equal(readFile(t, a), readFile(t, b)) {
		t.Errorf("%s and %s differ", a, b)
	}
}
