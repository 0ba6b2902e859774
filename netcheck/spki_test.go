package netcheck

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func TestParsePin(t *testing.T) {
	var want SPKIHash
	for i := range want {
		want[i] = byte(0xa0 + i)
	}
	hexed := want.String()
	var colons []string
	for i := 0; i < len(hexed); i += 2 {
		colons = append(colons, strings.ToUpper(hexed[i:i+2]))
	}
	b64 := base64.StdEncoding.EncodeToString(want[:])
	for _, s := range []string{hexed, strings.ToUpper(hexed), strings.Join(colons, ":"), "sha256:" + hexed, "SHA256:" + strings.Join(colons, ":"),
		b64, "sha256/" + b64, " " + hexed + "\n"} {
		if got, err := ParsePin(s); err != nil || got != want {
			t.Errorf("%q: %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "sha256/", hexed[:62], hexed + "00", "zz" + hexed[2:], b64[:40], "pin", strings.Repeat("A", 1000)} {
		if got, err := ParsePin(s); err == nil {
			t.Errorf("%q was taken for the pin %s", s, got)
		}
	}
}

func TestPinsSurviveJSON(t *testing.T) {
	pins := []SPKIHash{{1, 2, 3}, {31: 0xff}}
	b, err := json.Marshal(pins)
	if err != nil {
		t.Fatal(err)
	}
	var back []SPKIHash
	if err := json.Unmarshal(b, &back); err != nil || len(back) != 2 || !bytes.Equal(back[1][:], pins[1][:]) {
		t.Errorf("%s came back as %v, %v", b, back, err)
	}
	if err := json.Unmarshal([]byte(`["nonsense"]`), &back); err == nil {
		t.Error("nonsense was taken for a pin")
	}
}
