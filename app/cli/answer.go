package cli

import (
	"fmt"

	"echopath/app/present"
)

// answers shows the answer to an invite by copy and paste, which this end's user brings to the host.
type answers struct {
	bar   *bar
	file  *privateFile
	quiet bool
	asked bool // for this way: TCP was not tried
}

// show is told the answer. It goes to the file if there is one, else to the screen, in one piece so that it can be copied. Without it
// nothing can begin: on the screen --quiet does not leave it out.
func (a *answers) show(text string) {
	err := a.file.write(text)
	if a.quiet && a.file.name != "" && err == nil {
		return
	}
	why := "No TCP connection to the host is possible. "
	if a.asked {
		why = ""
	}
	a.bar.show(func(out screen) {
		if a.file.name != "" && err == nil {
			out.paragraph(why + "Bring the answer in " + a.file.name + " to whoever runs the host, to be pasted there; then the test begins. Ctrl-C stops waiting.")
			return
		}
		if err != nil {
			_, _ = fmt.Fprintf(out, "warning: %s\n", oneLine(err.Error()))
		}
		out.paragraph(why + "Send this answer to whoever runs the host, to be pasted there; then the test begins. Ctrl-C stops waiting.")
		_, _ = fmt.Fprintf(out, "\n%s\n\n", present.Printable(text))
	})
}
