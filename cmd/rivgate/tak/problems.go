package tak

import (
	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/routing/catalogue"
)

// Problems is what makes serve answer VP008, or refuse the calls to a unit, with this configuration: a
// catalogue that cannot be read, does not load or is empty, and units without a way. The demo's is made by serve
// itself.
func Problems(s *cli.Session, l *config.Loaded) (problems []config.Problem) {
	if l.Config.TAK.Source == config.SourceDemo {
		return nil
	}
	wrong := func(format string, args ...any) {
		problems = append(problems, l.Problem("tak.source", format, args...))
	}
	const vp008 = "; until then serve answers VP008, or goes by the saved copy in tak.cache"
	c, err := OpenCatalogue(s, "")
	if err != nil {
		wrong("the catalogue cannot be read: %v. Correct the name or the source%s", err, vp008)
		return problems
	}
	if len(c.Routes) == 0 {
		wrong("the catalogue has no routes: give it some, or name another source%s", vp008)
		return problems
	}
	if _, err := c.table(); err != nil {
		wrong("%v. Correct the rows%s", err, vp008)
		return problems
	}
	rules := parts.NewRules(c.config, c.registry)
	for _, note := range catalogue.Lint(c.Catalogue, rules, c.config.Instance.HSAID, s.Now()) {
		if note.AboutUnit() {
			wrong("%s", note)
		}
	}
	return problems
}
