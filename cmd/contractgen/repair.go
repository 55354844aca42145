package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// typesFile is gowsdl's draft, repaired: the types of the plan in its order, each field with its namespace, cardinality and
// type, each constant with a name of its own, and nothing that the plan does not know.
func (g *goPackage) typesFile() ([]byte, error) {
	draft, err := g.draft()
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, g.name+".go", draft, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading what gowsdl wrote: %w", err)
	}
	specs, constants := declarations(file)
	var out bytes.Buffer
	uses := map[string]bool{}
	for _, t := range g.types {
		decl := specs[t.name]
		if decl == nil {
			return nil, fmt.Errorf("gowsdl left out type %s", t.name)
		}
		if err := repairType(t, decl, uses); err != nil {
			return nil, err
		}
		if err := printDecl(&out, fset, decl); err != nil {
			return nil, err
		}
		if !t.enum {
			continue
		}
		if err := repairConstants(t, constants[t.name]); err != nil {
			return nil, err
		}
		if err := printDecl(&out, fset, constants[t.name]); err != nil {
			return nil, err
		}
	}
	head := marker + "\n\npackage " + g.name + "\n\n"
	if uses["xml"] {
		head += "import \"encoding/xml\"\n\n"
	}
	if uses["soap"] {
		head += "import \"" + g.soapPath + "\"\n\n"
	}
	return format.Source(append([]byte(head), g.document(out.Bytes())...))
}

// declarations are the types and the blocks of constants in file, both by the name of the type.
func declarations(file *ast.File) (specs, constants map[string]*ast.GenDecl) {
	specs, constants = map[string]*ast.GenDecl{}, map[string]*ast.GenDecl{}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || len(decl.Specs) == 0 {
			continue
		}
		switch spec := decl.Specs[0].(type) {
		case *ast.TypeSpec:
			specs[spec.Name.Name] = decl
		case *ast.ValueSpec:
			if of, ok := spec.Type.(*ast.Ident); ok && decl.Tok == token.CONST {
				constants[of.Name] = decl
			}
		}
	}
	return specs, constants
}

func printDecl(out *bytes.Buffer, fset *token.FileSet, decl *ast.GenDecl) error {
	if err := format.Node(out, fset, decl); err != nil {
		return fmt.Errorf("printing a declaration: %w", err)
	}
	out.WriteString("\n\n")
	return nil
}

// repairType makes decl what t says. uses notes the packages that its fields need.
func repairType(t *goType, decl *ast.GenDecl, uses map[string]bool) error {
	spec := decl.Specs[0].(*ast.TypeSpec)
	if t.enum {
		spec.Type = ast.NewIdent("string")
		return nil
	}
	drafted := map[string]*ast.Field{}
	if body, ok := spec.Type.(*ast.StructType); ok {
		for _, f := range body.Fields.List {
			for _, name := range f.Names {
				drafted[name.Name] = f
			}
		}
	}
	fields := &ast.FieldList{}
	for _, f := range t.fields {
		field := drafted[f.name]
		if field == nil { // gowsdl calls every wildcard Items
			field = &ast.Field{}
		}
		expression := f.goType()
		of, err := parser.ParseExpr(expression)
		if err != nil {
			return fmt.Errorf("type %s of %s.%s: %w", expression, t.name, f.name, err)
		}
		for _, name := range []string{"soap", "xml"} {
			uses[name] = uses[name] || strings.Contains(expression, name+".")
		}
		field.Doc, field.Comment = nil, nil
		field.Names = []*ast.Ident{ast.NewIdent(f.name)}
		field.Type = placeless(of)
		field.Tag = &ast.BasicLit{Kind: token.STRING, Value: f.tag()}
		fields.List = append(fields.List, field)
	}
	spec.Type = &ast.StructType{Fields: fields}
	return nil
}

// placeless takes the positions out of e: they are of another text, and the printer would break lines by them.
func placeless(e ast.Expr) ast.Expr {
	ast.Inspect(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ident:
			x.NamePos = token.NoPos
		case *ast.StarExpr:
			x.Star = token.NoPos
		case *ast.ArrayType:
			x.Lbrack = token.NoPos
		case *ast.IndexExpr:
			x.Lbrack, x.Rbrack = token.NoPos, token.NoPos
		}
		return true
	})
	return e
}

// repairConstants puts the names and values of t into the constants, which gowsdl has in the same order.
func repairConstants(t *goType, decl *ast.GenDecl) error {
	if decl == nil || len(decl.Specs) != len(t.values) {
		return fmt.Errorf("gowsdl left out constants of %s", t.name)
	}
	for i, v := range t.values {
		spec := decl.Specs[i].(*ast.ValueSpec)
		spec.Names = []*ast.Ident{ast.NewIdent(v.name)}
		spec.Values = []ast.Expr{&ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(v.value)}}
		spec.Doc, spec.Comment = nil, nil
	}
	return nil
}

// document puts the comments over the types, fields and constants in code, which is formatted.
func (g *goPackage) document(code []byte) []byte {
	docs := map[string][]string{}
	for _, t := range g.types {
		docs["type "+t.name] = append([]string{t.name + " is " + t.local + " of " + t.space + "."}, t.doc...)
		for _, f := range t.fields {
			docs[t.name+"."+f.name] = f.doc
		}
		for _, v := range t.values {
			docs[v.name] = v.doc
		}
	}
	var out bytes.Buffer
	inside := ""
	for line := range strings.Lines(string(code)) {
		words := strings.Fields(line)
		key := ""
		switch {
		case len(words) > 2 && words[0] == "type":
			key = "type " + words[1]
			inside = words[1] + "."
		case len(words) > 0 && words[0] == "const":
			inside = ""
		case len(words) > 1 && strings.HasPrefix(line, "\t"):
			key = inside + words[0]
		}
		for _, text := range docs[key] {
			out.WriteString("// " + text + "\n")
		}
		out.WriteString(line)
	}
	return out.Bytes()
}
