namespace BillingCopilot.Governance.People;

/// <summary>The known people of a tenant, from <c>people.yaml</c>.</summary>
public sealed class PeopleDirectory(IReadOnlyList<Person> people)
{
    public IReadOnlyList<Person> All { get; } = people;

    /// <summary>The person with this id, or null.</summary>
    public Person? Find(string id) => All.FirstOrDefault(p => p.Id == id);
}
