package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// A double click on Windows would otherwise show cobra's remark that this is a command line tool, and end.
func init() { cobra.MousetrapHelpText = "" }

// rootCommand builds the commands. Cobra parses; messages, help and exit codes are ours.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:                        a.deps.Name,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       cobra.ArbitraryArgs,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE:                       a.runRoot,
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetIn(a.stdin)
	root.SetFlagErrorFunc(a.flagError)
	root.SetHelpFunc(a.help)
	root.PersistentFlags().BoolP("help", "h", false, "")
	root.AddCommand(a.measuringCommand("check"), a.measuringCommand("loss"), a.measuringCommand("video"), a.measuringCommand(natName), a.hostCommand(), a.versionCommand())
	return root
}

// runRoot sees what is no command: nothing, or a word that is none.
func (a *app) runRoot(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return wrongUse("%q is not a command: did you mean %q?", args[0], near[0])
	}
	return wrongUse("%q is not a command: use check, loss, video, nat, host or version", args[0])
}

// measuringCommand is check, loss, video or nat: what to send differs, all else is the same.
func (a *app) measuringCommand(name string) *cobra.Command {
	o := &options{command: name}
	cmd := &cobra.Command{
		Use:   name,
		Short: shortHelp[name],
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = o.groups().given(cmd)
			if err := stray(args, o.given["turn-pass"] || o.invited()); err != nil {
				return err
			}
			return a.measure(cmd.Context(), name, o)
		},
	}
	o.groups().bind(cmd)
	return cmd
}

// stray refuses words that belong to no flag. Behind --turn-pass or an invite such a word may be the rest of a secret with a space
// in it: it is not repeated.
func stray(args []string, secret bool) error {
	switch {
	case len(args) == 0:
		return nil
	case secret:
		return wrongUse("a word belongs to no flag: put quotes around values with spaces")
	}
	return wrongUse("%q belongs to no flag: put quotes around values with spaces, and commas between paths", args[0])
}

// flagError adds to cobra's words how to go on.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	var given interface{ GetValue() string } // of pflag's InvalidValueError
	unknown, _ := strings.CutPrefix(text, "unknown flag: --")
	switch others := commandsWith(unknown); {
	case strings.HasSuffix(text, errTwice.Error()) && errors.As(err, &given):
		_, rest, _ := strings.Cut(strings.TrimPrefix(text, fmt.Sprintf("invalid argument %q for ", given.GetValue())), "--")
		name, _, _ := strings.Cut(rest, `"`)
		return wrongUse("--%s is given twice: give it once", name)
	case errors.As(err, &given): // of a flag that is on or off; cobra reads no others
		_, rest, _ := strings.Cut(strings.TrimPrefix(text, fmt.Sprintf("invalid argument %q for ", given.GetValue())), "--")
		name, _, _ := strings.Cut(rest, `"`)
		return wrongUse("--%s is on or off: write --%s alone, without %q behind it", name, name, "="+given.GetValue())
	case !cmd.HasParent():
		return wrongUse("%s: a command comes first, for example %s check --target self", text, a.deps.Name)
	case len(others) > 0:
		return wrongUse("--%s is a flag of %s, not of %s: %s %s --help lists those", unknown, listed(others), cmd.Name(), a.deps.Name, cmd.Name())
	case strings.HasPrefix(text, "flag needs an argument"):
		flag := text[strings.LastIndex(text, " ")+1:]
		return wrongUse("%s needs a value: %s %s --help shows which", flag, a.deps.Name, cmd.Name())
	}
	return wrongUse("%s: %s %s --help lists the flags", text, a.deps.Name, cmd.Name())
}

// listed joins names with commas and an "and".
func listed(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// commandsWith lists the commands that have a flag of that name.
func commandsWith(flag string) []string {
	var found []string
	for _, name := range []string{"check", "loss", "video", natName} {
		if (&options{command: name}).groups().has(flag) {
			found = append(found, name)
		}
	}
	if new(hostOptions).groups().has(flag) {
		found = append(found, hostName)
	}
	return found
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: shortHelp["version"],
		Args:  cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUse("version takes no arguments: leave out %q", args[0])
			}
			a.printVersion()
			return nil
		},
	}
}
