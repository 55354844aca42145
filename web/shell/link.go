package shell

import (
	"fmt"
	"net/url"
	"strings"
)

// Link is an address of this site. Each {} of the pattern takes the next value, escaped for where it stands:
//
//	link("/inbox/{}?do={}#do", id, form)      a part of the path, and the value of a parameter
//	link("/statistics/file?{}", query)        a whole query: what has an Encode method
//
// A parameter without a value and a query without parameters are left out. All addresses of pages, forms and redirects
// are made here: whoever writes them in pieces escapes them twice or not at all. In a page an attribute is one link and
// nothing else, which a test sees to.
func Link(pattern string, values ...any) string {
	pattern, fragment, hasFragment := strings.Cut(pattern, "#")
	path, query, _ := strings.Cut(pattern, "?")
	next := func() any {
		if len(values) == 0 {
			panic("link: " + pattern + " has more places than values")
		}
		v := values[0]
		values = values[1:]
		return v
	}
	for strings.Contains(path, "{}") {
		path = strings.Replace(path, "{}", url.PathEscape(fmt.Sprint(next())), 1)
	}
	var parameters []string
	for parameter := range strings.SplitSeq(query, "&") {
		if name, place, _ := strings.Cut(parameter, "="); name == "{}" {
			parameter = whole(next())
		} else if place == "{}" {
			parameter = one(name, next())
		}
		if parameter != "" {
			parameters = append(parameters, parameter)
		}
	}
	if len(values) > 0 {
		panic("link: " + pattern + " has fewer places than values")
	}
	if len(parameters) > 0 {
		path += "?" + strings.Join(parameters, "&")
	}
	if hasFragment {
		path += "#" + fragment
	}
	return path
}

// whole is a query that can encode itself. Blanks are %20, which every reader of addresses takes for one.
func whole(query any) string {
	q, ok := query.(interface{ Encode() string })
	if !ok {
		panic(fmt.Sprintf("link: a %T is no query", query))
	}
	return strings.ReplaceAll(q.Encode(), "+", "%20")
}

// one is a parameter of a query; "" where it has no value.
func one(name string, value any) string {
	text := fmt.Sprint(value)
	if text == "" {
		return ""
	}
	return name + "=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// SafeNext is an address on this site; "/" for any other.
func SafeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsAny(next, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, "/signin") || strings.HasPrefix(u.Path, "/signout") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return next
}
