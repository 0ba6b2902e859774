package lab

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// Row is what the lab reads of one row of the program's packets.csv.
type Row struct {
	Path, Carrier  string
	Seq            int
	Status         string        // ok, lost_up, lost_down, lost, skipped
	RTT            time.Duration // 0 if there is none
	DupUp, DupDown int
	SkippedBy      string
}

// ReadRows reads packets.csv. Columns are found by their names.
func ReadRows(r io.Reader) ([]Row, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("read packets.csv: %w", err)
	}
	at := map[string]int{}
	for _, name := range []string{"path", "carrier", "seq", "rtt_us", "status", "dup_up", "dup_down", "skipped_by"} {
		if at[name] = slices.Index(head, name); at[name] < 0 {
			return nil, fmt.Errorf("read packets.csv: there is no column %s", name)
		}
	}
	var rows []Row
	for {
		cells, err := in.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, fmt.Errorf("read packets.csv: %w", err)
		}
		row, err := readRow(cells, at)
		if err != nil {
			line, _ := in.FieldPos(0)
			return rows, fmt.Errorf("read packets.csv: line %d: %w", line, err)
		}
		rows = append(rows, row)
	}
}

func readRow(cells []string, at map[string]int) (Row, error) {
	var wrong error
	number := func(name string) int {
		cell := cells[at[name]]
		if cell == "" {
			return 0
		}
		v, err := strconv.Atoi(cell)
		if err != nil {
			wrong = fmt.Errorf("%s: %w", name, err)
		}
		return v
	}
	row := Row{Path: cells[at["path"]], Carrier: cells[at["carrier"]], Status: cells[at["status"]], SkippedBy: cells[at["skipped_by"]],
		Seq: number("seq"), DupUp: number("dup_up"), DupDown: number("dup_down"), RTT: time.Duration(number("rtt_us")) * time.Microsecond}
	return row, wrong
}
