package lab

import (
	"fmt"
	"strconv"
	"strings"
)

// Counted adds up the packets that the rules with a text in them have counted, from the output of iptables-save -c. It is an error if
// there is no such rule: a text with a slip in it would count nothing for ever.
func Counted(rules, text string) (uint64, error) {
	var sum uint64
	found := false
	for line := range strings.Lines(rules) {
		counters, rule, ok := strings.Cut(line, "] -A ")
		if !ok || !strings.Contains(rule, text) {
			continue
		}
		packets, _, _ := strings.Cut(strings.TrimPrefix(counters, "["), ":")
		n, err := strconv.ParseUint(packets, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the counters of %q: %w", line, err)
		}
		found, sum = true, sum+n
	}
	if !found {
		return 0, fmt.Errorf("no rule has %q in it", text)
	}
	return sum, nil
}
