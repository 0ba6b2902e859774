package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"echopath/netcheck"
)

// Variables that hold secrets, for scripts that have no file.
const (
	envPass   = "ECHOPATH_TURN_PASS"
	envSecret = "ECHOPATH_TURN_SECRET" //nolint:gosec // the name of a variable, not a secret
)

// maxInput bounds a file that is read whole; a bundle of all public certificate authorities has 200 kB.
const maxInput = 1 << 20

// lineFlags are the flags that read a line of standard input for "-".
var lineFlags = []string{"turn-pass-file", "turn-secret-file"}

// inputs is where arguments point to.
type inputs struct {
	stdin   io.Reader
	env     func(string) string
	warn    func(format string, args ...any)
	noVideo string               // why this build has none
	long    []netcheck.ProbeKind // that this build has
}

// login gives user and password, or the secret that they are made from, from exactly one source. A flag comes before the
// environment.
func (o *options) login(in inputs) (netcheck.ICEServer, error) {
	s := netcheck.ICEServer{Username: o.user}
	if err := o.oneSource(in); err != nil {
		return s, err
	}
	var err error
	switch {
	case o.pass != "":
		in.warn("others on this computer can read the password in the list of processes: prefer --turn-pass-file FILE or %s", envPass)
		s.Password = netcheck.Secret(o.pass)
	case o.passFile != "":
		s.Password, err = in.secret("turn-pass-file", o.passFile)
	case o.secretFile != "":
		s.RESTSecret, err = in.secret("turn-secret-file", o.secretFile)
	case in.env(envPass) != "":
		s.Password = netcheck.Secret(in.env(envPass))
	default:
		s.RESTSecret = netcheck.Secret(in.env(envSecret))
	}
	switch {
	case err != nil:
		return s, err
	case s.Password != "" && s.Username == "":
		return s, wrongUse("there is a password but no user: add --turn-user NAME")
	case s.Username != "" && s.Password == "" && s.RESTSecret == "":
		return s, wrongUse("--turn-user needs a password: add --turn-pass-file FILE, or set %s", envPass)
	}
	return s, nil
}

func (o *options) oneSource(in inputs) error {
	var given []string
	for _, name := range []string{"turn-pass", "turn-pass-file", "turn-secret-file"} {
		if o.given[name] {
			given = append(given, "--"+name)
		}
	}
	switch {
	case len(given) > 1:
		return wrongUse("%s exclude each other: give one of them", strings.Join(given, " and "))
	case len(given) == 0 && in.env(envPass) != "" && in.env(envSecret) != "":
		return wrongUse("%s and %s are both set: unset one of them", envPass, envSecret)
	}
	return nil
}

// secret reads the first line of a file, or of standard input for "-". No message repeats anything of it.
func (in inputs) secret(flag, path string) (netcheck.Secret, error) {
	text, err := in.read(flag, path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", wrongUse("--%s: the first line of %s is empty: it must hold the secret", flag, path)
	}
	return netcheck.Secret(line), nil
}

// read reads an input file. That it can not be read is wrong use: the argument names the wrong file, or one that is not ours
// to read.
func (in inputs) read(flag, path string) ([]byte, error) {
	if path == dash && slices.Contains(lineFlags, flag) {
		// Up to the line's end and not to the end of the stream: a person may be typing.
		line, err := bufio.NewReader(io.LimitReader(in.stdin, maxInput)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("standard input could not be read: %w", err)
		}
		return []byte(line), nil
	}
	f, err := os.Open(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, wrongUse("--%s: %s", flag, fileTrouble(path, err))
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	switch {
	case err != nil:
		return nil, wrongUse("--%s: %s", flag, fileTrouble(path, err))
	case len(text) > maxInput:
		return nil, wrongUse("--%s: %s is larger than 1 MB: it is not the file that is meant", flag, path)
	}
	return text, nil
}

// fileTrouble says in words why a file can not be used, and what to look at.
func fileTrouble(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path + " does not exist: check the name"
	case errors.Is(err, fs.ErrPermission):
		return path + " may not be read by you: change its permissions"
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Sprintf("%s can not be read (%v): give another file", path, err)
}
