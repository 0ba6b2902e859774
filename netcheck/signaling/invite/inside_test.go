package invite

import (
	"reflect"
	"testing"
)

// FuzzUnpack: whatever another program wrote and gave a right checksum is either refused or an invite that reads back the same.
func FuzzUnpack(f *testing.F) {
	i := Invite{Secret: [16]byte{1}, Addresses: []string{"192.0.2.1:1", "[2001:db8::1]:2", "a.example:3"}, AltPort: 4, Offer: []byte{5}}
	f.Add([]byte{})
	f.Add(make([]byte, fixedSize))
	for expiry := int64(1); expiry < 1<<32; expiry <<= 8 {
		body := make([]byte, headerSize)
		body = append(body, i.flags(), byte(expiry>>24), byte(expiry>>16), byte(expiry>>8), byte(expiry))
		body = append(append(append(body, i.Room[:]...), i.Secret[:]...), i.Pin[:]...)
		body = append(body, byte(len(i.Addresses)))
		for _, a := range i.Addresses {
			body, _ = appendAddress(body, a)
		}
		f.Add(i.appendOptional(body)[headerSize:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > maxSize {
			return
		}
		b := seal(&invites, append(make([]byte, headerSize, headerSize+len(body)+checksumSize), body...))
		got, err := unpack(b)
		whole, parseErr := Parse(invites.text(b))
		if (err == nil) != (parseErr == nil) {
			t.Fatalf("%v, %v", err, parseErr)
		}
		if err != nil {
			return
		}
		text, err := got.Text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(text)
		if err != nil || !reflect.DeepEqual(back, got) || !reflect.DeepEqual(whole, got) {
			t.Fatalf("%v", err)
		}
	})
}
