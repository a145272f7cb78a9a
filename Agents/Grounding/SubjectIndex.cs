using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>A place of a text that names a customer or an invoice, and everything it may be known by.</summary>
public sealed record Mention(Span At, bool IsInvoice, IReadOnlySet<string> Keys);

/// <summary>Customers and invoices known from tool results: who goes by which name, and what belongs to whom.</summary>
public sealed partial class SubjectIndex
{
    private readonly Dictionary<string, HashSet<string>> _namesOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<string>> _keysOfName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<string>> _ownersOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<string>> _invoiceKeys = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Phrase, StringComparison Comparison, bool IsInvoice, HashSet<string> Keys)> _phrases = [];
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    public SubjectIndex(IReadOnlyList<ToolEvidence> calls)
    {
        foreach (var call in calls)
        {
            Learn(call.Result, call.Arguments is JsonObject arguments ? [.. ObjectLabels.CustomerHandles(arguments)] : []);
        }

        BuildPhrases();
    }

    /// <summary>Full names, as stored.</summary>
    public IEnumerable<string> CustomerNames => _keysOfName.Keys;

    /// <summary>What a person would call the object of a handle: an invoice's number, a customer's name; or null.</summary>
    public string? LabelOf(string handle) =>
        _namesOf.GetValueOrDefault(handle)?.FirstOrDefault()
        ?? _invoiceKeys.GetValueOrDefault(handle)?.FirstOrDefault(k => k.Contains('-', StringComparison.Ordinal));

    /// <summary>Mentions in order; the longest name wins where two overlap.</summary>
    public IReadOnlyList<Mention> MentionsIn(string text)
    {
        var found = new List<Mention>();
        foreach (var (phrase, comparison, isInvoice, keys) in _phrases)
        {
            foreach (var at in PlacesOf(phrase, text, comparison))
            {
                if (!found.Exists(f => f.At.Start < at.End && at.Start < f.At.End))
                {
                    found.Add(new Mention(at, isInvoice, keys));
                }
            }
        }

        return [.. found.OrderBy(f => f.At.Start)];
    }

    /// <summary>Whose a leaf is, by the objects around it, nearest first.</summary>
    public IReadOnlySet<string> CustomersOf(IEnumerable<JsonObject> around)
    {
        foreach (var node in around)
        {
            var own = Keys(ObjectLabels.CustomerHandles(node), ObjectLabels.CustomerNames(node));
            if (own.Count > 0)
            {
                return own;
            }

            var owners = ObjectLabels.AllHandles(node).SelectMany(h => _ownersOf.GetValueOrDefault(h) ?? []).ToArray();
            if (owners.Length > 0)
            {
                return Keys(owners.Where(o => !_keysOfName.ContainsKey(o)), owners.Where(_keysOfName.ContainsKey));
            }
        }

        return new HashSet<string>();
    }

    /// <summary>Which invoices a leaf is about, by the objects around it, nearest first.</summary>
    public IReadOnlySet<string> InvoicesOf(IEnumerable<JsonObject> around) =>
        around.Select(node => ObjectLabels.InvoiceHandles(node).Concat(ObjectLabels.InvoiceNumbers(node)).SelectMany(InvoiceKeys).ToHashSet(StringComparer.OrdinalIgnoreCase))
            .FirstOrDefault(keys => keys.Count > 0) ?? [];

    /// <param name="inherited">Customers of the objects around, or of the call's arguments.</param>
    private void Learn(JsonNode? node, string[] inherited)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Learn(item, inherited);
            }
        }
        else if (node is JsonObject value)
        {
            var owners = LearnObject(value, inherited);
            foreach (var (_, child) in value)
            {
                Learn(child, owners);
            }
        }
    }

    private string[] LearnObject(JsonObject node, string[] inherited)
    {
        string[] customers = [.. ObjectLabels.CustomerHandles(node)];
        string[] names = [.. ObjectLabels.CustomerNames(node)];
        foreach (var name in names)
        {
            Set(_keysOfName, name).UnionWith(customers);
            Set(_keysOfName, name).Add(name);
        }

        foreach (var customer in customers)
        {
            Set(_namesOf, customer).UnionWith(names);
        }

        string[] owners = customers.Length > 0 ? customers : names.Length > 0 ? names : inherited;
        foreach (var handle in ObjectLabels.AllHandles(node).Except(customers))
        {
            Set(_ownersOf, handle).UnionWith(owners);
        }

        LearnInvoices(node);
        return owners;
    }

    private void LearnInvoices(JsonObject node)
    {
        string[] invoices = [.. ObjectLabels.InvoiceHandles(node)];
        string[] numbers = [.. ObjectLabels.InvoiceNumbers(node)];
        foreach (var key in invoices.Concat(numbers))
        {
            // With several of each in one object there is no telling which number is whose.
            Set(_invoiceKeys, key).Add(key);
            if (invoices.Length == 1 && numbers.Length == 1)
            {
                Set(_invoiceKeys, key).UnionWith([invoices[0], numbers[0]]);
            }
        }
    }

    private void BuildPhrases()
    {
        // Whole names first: "Acorn Labs" is that customer, though "Acorn Labs Inc." is called so, too.
        foreach (var (name, keys) in _keysOfName)
        {
            AddPhrase(name, false, keys);
        }

        foreach (var sameCore in _keysOfName.GroupBy(n => CompanyForm().Replace(n.Key, "").Trim(), StringComparer.OrdinalIgnoreCase))
        {
            AddPhrase(sameCore.Key, false, sameCore.SelectMany(n => n.Value).ToHashSet(StringComparer.OrdinalIgnoreCase));
        }

        foreach (var (name, keys) in _keysOfName)
        {
            var first = CompanyForm().Replace(name, "").Trim().Split(' ')[0];
            if (first.Length >= 4 && _keysOfName.Keys.Count(n => n.StartsWith(first + " ", StringComparison.OrdinalIgnoreCase) || n.Equals(first, StringComparison.OrdinalIgnoreCase)) == 1)
            {
                AddPhrase(first, false, keys);
            }
        }

        foreach (var (handle, names) in _namesOf)
        {
            AddPhrase(handle, false, [handle, .. names]);
        }

        foreach (var (key, keys) in _invoiceKeys)
        {
            AddPhrase(key, true, keys);
        }

        _phrases.Sort((a, b) => b.Phrase.Length.CompareTo(a.Phrase.Length));
    }

    private void AddPhrase(string phrase, bool isInvoice, HashSet<string> keys)
    {
        if (phrase.Length > 1 && _taken.Add(phrase))
        {
            // A name's first word may be a common one: there only its capitalised form is the name.
            var anyCase = phrase.Contains(' ', StringComparison.Ordinal) || char.IsAsciiDigit(phrase[^1]);
            _phrases.Add((phrase, anyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal, isInvoice, keys));
        }
    }

    /// <summary>Where the phrase stands in a text as words of its own.</summary>
    private static IEnumerable<Span> PlacesOf(string phrase, string text, StringComparison comparison)
    {
        for (var at = text.IndexOf(phrase, comparison); at >= 0; at = text.IndexOf(phrase, at + 1, comparison))
        {
            var end = at + phrase.Length;
            if ((at == 0 || !IsOfAWord(text[at - 1])) && (end == text.Length || !IsOfAWord(text[end])))
            {
                yield return new Span(at, phrase.Length);
            }
        }
    }

    private static bool IsOfAWord(char c) => char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private HashSet<string> Keys(IEnumerable<string> handles, IEnumerable<string> names)
    {
        var keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var handle in handles)
        {
            keys.Add(handle);
            keys.UnionWith(_namesOf.GetValueOrDefault(handle) ?? []);
        }

        // A name alone doesn't say which of two customers of that name: only what the object itself carries.
        keys.UnionWith(names);
        return keys;
    }

    private IEnumerable<string> InvoiceKeys(string key) => _invoiceKeys.GetValueOrDefault(key) ?? [key];

    private static HashSet<string> Set(Dictionary<string, HashSet<string>> map, string key) =>
        map.TryGetValue(key, out var set) ? set : map[key] = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@",?\s+(?:Inc|LLC|Ltd|Limited|GmbH|Corp|Corporation|Co|AG|SA|BV|PLC|Pty|Oy|AB)\.?$", RegexOptions.IgnoreCase)]
    private static partial Regex CompanyForm();
}
