using BillingCopilot.Agents.Prompts;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>The rules model's data, from <c>prompts/rules</c>: one file a specialist.</summary>
public sealed class RuleBook
{
    /// <summary>Entities that an intent may need.</summary>
    public static IReadOnlyList<string> KnownNeeds { get; } = ["customer", "invoice", "invoice_or_customer", "amount"];

    private readonly Dictionary<string, RuleSet> _bySpecialist;

    private RuleBook(IEnumerable<RuleSet> sets) => _bySpecialist = sets.ToDictionary(s => s.Specialist, StringComparer.Ordinal);

    public IReadOnlyCollection<RuleSet> All => _bySpecialist.Values;

    public RuleSet? Find(string specialist) => _bySpecialist.GetValueOrDefault(specialist);

    public static RuleBook Load(string root, IReadOnlyCollection<string> agents, IReadOnlyCollection<string> tools)
    {
        var folder = Path.Combine(root, "rules");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return new RuleBook([.. files.Select(f => Read(f, agents, tools))]);
    }

    private static RuleSet Read(string path, IReadOnlyCollection<string> agents, IReadOnlyCollection<string> tools)
    {
        var map = YamlMap.Parse(File.ReadAllText(path), $"prompts/rules/{Path.GetFileName(path)}").Only("specialist", "footer", "fallback", "intents");
        map.MustBeAmong("specialist", "agent", agents);
        var maps = map.Maps("intents");
        if (maps.Count == 0)
        {
            throw map.Fault("intents", "at least one intent is needed.");
        }

        string[] names = [.. maps.Select(m => m.Text("name"))];
        return new RuleSet(map.Text("specialist"), map.Text("footer"), map.Text("fallback").Trim(), [.. maps.Select(m => ReadIntent(m, names, tools))]);
    }

    private static Intent ReadIntent(YamlMap map, IReadOnlyCollection<string> names, IReadOnlyCollection<string> tools)
    {
        map.Only("name", "examples", "needs", "steps", "answer", "offer", "general", "on_request");
        map.MustBeAmong("needs", "entity", KnownNeeds);
        var offer = map.Map("offer")?.Only("say", "intent", "when", "unless");
        offer?.MustBeAmong("intent", "intent", names);
        return new Intent(
            map.Text("name"),
            map.List("examples"),
            map.List("needs"),
            [.. map.Maps("steps").Select(s => ReadStep(s, tools))],
            Template(map, "answer"),
            offer is null ? null : new Offer(offer.Text("say"), offer.Text("intent"), offer.OptionalText("when"), offer.List("unless")),
            map.OptionalText("general") == "true",
            map.OptionalText("on_request") == "true");
    }

    private static RuleStep ReadStep(YamlMap map, IReadOnlyCollection<string> tools)
    {
        var (when, unless) = (map.OptionalText("when"), map.OptionalText("unless"));
        if (map.Has("call"))
        {
            map.Only("call", "id", "with", "when", "unless", "may_fail").MustBeAmong("call", "tool", tools);
            return new RuleStep.Call(map.Text("id"), map.Text("call"), map.Texts("with"), map.OptionalText("may_fail") == "true", when, unless);
        }

        if (map.Has("pick"))
        {
            map.Only("pick", "from", "where", "like", "says", "one", "when", "unless");
            return new RuleStep.Pick(map.Text("pick"), map.Text("from"), map.Texts("where"), map.OptionalText("like"), map.OptionalText("one") == "true", when, unless, map.OptionalText("says"));
        }

        if (map.Has("same_amount"))
        {
            map.Only("same_amount", "say");
            return map.List("same_amount") is [var left, var right]
                ? new RuleStep.SameAmount(left, right, Template(map, "say"))
                : throw map.Fault("same_amount", "two paths are needed.");
        }

        map.Only("stop", "when", "unless");
        return new RuleStep.Stop(Template(map, "stop"), when, unless);
    }

    private static HandlebarsDotNet.HandlebarsTemplate<object, object> Template(YamlMap map, string key)
    {
        try
        {
            return RuleTemplates.Compile(map.Text(key));
        }
        catch (HandlebarsDotNet.HandlebarsException e)
        {
            throw map.Fault(key, e.Message);
        }
    }
}
