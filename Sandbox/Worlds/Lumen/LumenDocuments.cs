using System.Globalization;
using System.Reflection;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Lumen's policies, as they are, and its past tickets, with names, amounts and dates filled in.</summary>
internal static class LumenDocuments
{

    private const string Root = "lumen/";

    /// <summary>Policies in alphabetical order, then tickets in the order of their numbers.</summary>
    public static (IReadOnlyList<WorldDocument> Documents, IReadOnlyList<string> Hostile) Build(
        IReadOnlyList<CustomerRun> runs, SeededRandom random)
    {
        var documents = Texts("policies/").Select(text => new WorldDocument(text.Path, text.Text)).ToList();
        var hostile = new List<string>();
        var tickets = random.Stream("order").Shuffle(Texts("tickets/"));
        var people = new TicketPeople(runs, random.Stream("people"));
        for (var i = 0; i < tickets.Count; i++)
        {
            var template = TicketTemplate.Parse(tickets[i].Text);
            var number = "T-" + (2_100 + 7 * i).ToString(CultureInfo.InvariantCulture);
            var document = new WorldDocument($"tickets/{number}.md", template.Fill(number, people.Next(template.About)));
            documents.Add(document);
            if (template.Hostile)
            {
                hostile.Add(document.Path);
            }
        }

        return (documents, hostile);
    }

    private static List<(string Path, string Text)> Texts(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Select(name => (Name: name, Path: name.Replace('\\', '/')))
            .Where(item => item.Path.StartsWith(Root + folder, StringComparison.Ordinal))
            .OrderBy(item => item.Path, StringComparer.Ordinal)
            .Select(item => (item.Path[Root.Length..], Read(assembly, item.Name)))];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
