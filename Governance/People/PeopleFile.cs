using BillingCopilot.Governance.Configuration;

namespace BillingCopilot.Governance.People;

/// <summary>Reads <c>people.yaml</c>.</summary>
internal static class PeopleFile
{
    public static IReadOnlyList<Person> Read(ConfigMap file)
    {
        var entries = file.Allow("people").Get("people").Items;
        var people = entries.Select(e => (At: e, Person: ReadPerson(e.Map))).ToList();
        foreach (var (at, person) in people)
        {
            RefuseSharedIdentities(at, person, people.Select(p => p.Person));
        }

        return [.. people.Select(p => p.Person)];
    }

    private static Person ReadPerson(ConfigMap map)
    {
        map.Allow("id", "name", "roles", "teams", "slack", "mail");
        var id = map.Get("id").Text;
        if (id == Person.Automation.Id)
        {
            throw map.Get("id").Fault("the id 'automation' is the copilot's own.");
        }

        return new Person(id, map.Get("name").Text, [.. map.Get("roles").Items.Select(r => r.OneOf(Roles.OfPeople, "role"))])
        {
            Teams = map.Find("teams")?.Text,
            Slack = map.Find("slack")?.Text,
            Mail = map.Find("mail")?.Text,
        };
    }

    // Two people behind one identity could approve for each other.
    private static void RefuseSharedIdentities(ConfigNode at, Person person, IEnumerable<Person> all)
    {
        foreach (var other in all.Where(p => !ReferenceEquals(p, person)))
        {
            var shared = other.Id == person.Id ? "id"
                : Same(other.Teams, person.Teams) ? "teams"
                : Same(other.Slack, person.Slack) ? "slack"
                : Same(other.Mail, person.Mail) ? "mail"
                : null;
            if (shared is not null)
            {
                throw at.Fault($"'{person.Id}' has the same {shared} as '{other.Id}'. Each person needs their own.");
            }
        }
    }

    private static bool Same(string? a, string? b) => a is not null && string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
