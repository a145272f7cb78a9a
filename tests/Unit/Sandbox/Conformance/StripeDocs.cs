using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Values that the documentation shipped with Stripe.net names for a property.</summary>
internal static partial class StripeDocs
{
    private static readonly Lazy<FrozenDictionary<string, FrozenSet<string>>> Values = new(Read);

    /// <summary>Whether there is anything to check against.</summary>
    public static int Count => Values.Value.Count;

    /// <summary>The values documented as the only ones; null where the documentation names none.</summary>
    public static FrozenSet<string>? Of(PropertyInfo property) =>
        Values.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}");

    private static FrozenDictionary<string, FrozenSet<string>> Read() => XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, "Stripe.net.xml"))
        .Descendants("member")
        .Select(member => (Name: (string)member.Attribute("name")!, Text: Spaces().Replace(string.Concat(member.Element("summary")?.Nodes().Select(n => n.ToString()) ?? []), " ")))
        .Where(member => member.Name.StartsWith("P:", StringComparison.Ordinal) && member.Text.Contains("One of: <c>", StringComparison.Ordinal))
        .ToFrozenDictionary(member => member.Name, member => Coded().Matches(member.Text[member.Text.IndexOf("One of: <c>", StringComparison.Ordinal)..])
            .Select(match => match.Groups[1].Value).ToFrozenSet());

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("<c>([^<]+)</c>")]
    private static partial Regex Coded();
}
