package mirror

import (
	"net/netip"
	"reflect"
	"strings"
	"unicode"

	"echopath/netcheck"
)

// visible takes out of an event's texts what controls a terminal, changes the direction of writing or can not be seen: they are the
// other end's, and are shown and logged here. What an honest end says stays as it is.
func visible(e netcheck.Event) netcheck.Event {
	e.Path = netcheck.Path(visibleText(string(e.Path)))
	switch b := e.Body.(type) { // rows have no texts, and are many
	case netcheck.PacketsDecided:
		b.Carrier = netcheck.Carrier(visibleText(string(b.Carrier)))
		e.Body = b
		return e
	case netcheck.FramesDecided:
		return e
	}
	body := reflect.New(reflect.TypeOf(e.Body)).Elem()
	body.Set(reflect.ValueOf(e.Body))
	clean(body)
	e.Body, _ = body.Interface().(netcheck.Body) // it was one before
	return e
}

// clean changes what v holds. Slices and pointers are this receiver's own: they come from a decoder.
func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(visibleText(v.String()))
		}
	case reflect.Struct:
		if cleanAddress(v) {
			return
		}
		for i := range v.NumField() {
			clean(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			clean(v.Elem())
		}
	}
}

// cleanAddress takes the zones off addresses: they are free text, and mean nothing at another computer.
func cleanAddress(v reflect.Value) bool {
	if !v.CanSet() {
		return false
	}
	switch a := v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(a.WithZone("")))
		return true
	case netip.AddrPort:
		v.Set(reflect.ValueOf(netip.AddrPortFrom(a.Addr().WithZone(""), a.Port())))
		return true
	}
	return false
}

func visibleText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return r
		}
		return -1
	}, s)
}
