using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using HandlebarsDotNet;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>
/// Handlebars for the rules model's answers. Its helpers only write values differently; none of them computes
/// one, so every figure of an answer is one that a tool returned.
/// </summary>
public static partial class RuleTemplates
{
    private static readonly IHandlebars Engine = Create();

    /// <summary>Compiling all of them takes longer than all else at a start; several copilots of a process share them.</summary>
    private static readonly ConcurrentDictionary<string, HandlebarsTemplate<object, object>> Compiled = new(StringComparer.Ordinal);

    /// <exception cref="HandlebarsException">It can't be read, or calls a helper that is not there.</exception>
    public static HandlebarsTemplate<object, object> Compile(string template)
    {
        var unknown = Called().Matches(template).Select(m => m.Groups["helper"].Value).FirstOrDefault(h => !Known.Contains(h));
        return unknown is null
            ? Compiled.GetOrAdd(template, Engine.Compile)
            : throw new HandlebarsException($"unknown helper '{unknown}'; there are: {string.Join(", ", Known.Order(StringComparer.Ordinal))}.");
    }

    private static readonly HashSet<string> Known = new(["money", "abs", "shift", "date", "words", "excerpt", "eq", "positive", "negative", "if", "unless", "each", "with", "lookup"], StringComparer.Ordinal);

    /// <summary>What is opened with #, and what is given an argument.</summary>
    [GeneratedRegex(@"\{\{#(?<helper>[\w.]+)|\{\{(?!else\b)(?<helper>\w+)\s+[^}\s]")]
    private static partial Regex Called();

    public static string Render(HandlebarsTemplate<object, object> template, JsonNode context) =>
        BlankLines().Replace(template(ToPlain(context)!).Trim(), "\n");

    private static IHandlebars Create()
    {
        var engine = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true, ThrowOnUnresolvedBindingExpression = false });
        engine.RegisterHelper("money", (writer, _, args) => writer.WriteSafeString(Shown(args[0], m => m.ToDisplayText())));
        engine.RegisterHelper("abs", (writer, _, args) => writer.WriteSafeString(Shown(args[0], m => (m.AmountMinor < 0 ? -m : m).ToDisplayText())));
        engine.RegisterHelper("shift", (writer, _, args) => writer.WriteSafeString(Shown(args[0], m => m.AmountMinor < 0 ? $"{(-m).ToDisplayText()} less" : $"{m.ToDisplayText()} more")));
        engine.RegisterHelper("date", (writer, _, args) => writer.WriteSafeString(Day(args[0]?.ToString())));
        engine.RegisterHelper("words", (writer, _, args) => writer.WriteSafeString(args[0]?.ToString()?.Replace('_', ' ') ?? ""));
        engine.RegisterHelper("excerpt", (writer, _, args) => writer.WriteSafeString(Excerpts.Best(args[0]?.ToString() ?? "", string.Join(' ', args.Skip(1).Select(a => a?.ToString()?.Replace('_', ' '))))));
        engine.RegisterHelper("eq", (writer, options, context, args) => Choose(writer, options, context, string.Equals(args[0]?.ToString(), args[1]?.ToString(), StringComparison.Ordinal)));
        engine.RegisterHelper("positive", (writer, options, context, args) => Choose(writer, options, context, Amount(args[0]) is { AmountMinor: > 0 }));
        engine.RegisterHelper("negative", (writer, options, context, args) => Choose(writer, options, context, Amount(args[0]) is { AmountMinor: < 0 }));
        return engine;
    }

    private static void Choose(in EncodedTextWriter writer, in BlockHelperOptions options, in Context context, bool holds)
    {
        if (holds)
        {
            options.Template(writer, context);
        }
        else
        {
            options.Inverse(writer, context);
        }
    }

    private static string Shown(object? value, Func<Money, string> show) => Amount(value) is { } money ? show(money) : value?.ToString() ?? "";

    private static Money? Amount(object? value) => Money.Parse(value?.ToString()) is Outcome<Money>.Ok ok ? ok.Value : null;

    private static string Day(string? iso) => DateOnly.TryParseExact(iso is { Length: > 10 } ? iso[..10] : iso, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day.ToString("MMMM d, yyyy", CultureInfo.InvariantCulture)
        : iso ?? "";

    /// <summary>Handlebars reads dictionaries and lists; names lose their delimiters, since people read the answer.</summary>
    private static object? ToPlain(JsonNode? node) => node switch
    {
        JsonObject o => o.ToDictionary(p => p.Key, p => ToPlain(p.Value)),
        JsonArray a => a.Select(ToPlain).ToList(),
        JsonValue v when v.TryGetValue<string>(out var text) => UntrustedWords.Strip(text),
        JsonValue v when v.TryGetValue<bool>(out var flag) => flag,
        null => null,
        _ => node.ToJsonString(),
    };

    [GeneratedRegex(@"\n[ \t]*(?:\n[ \t]*)+")]
    private static partial Regex BlankLines();
}
