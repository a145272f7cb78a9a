namespace BillingCopilot.Governance.People;

/// <summary>The known people of a tenant, from <c>people.yaml</c>.</summary>
public sealed class PeopleDirectory
{
    private readonly Func<IReadOnlyList<Person>> _read;

    public PeopleDirectory(IReadOnlyList<Person> people)
        : this(() => people)
    {
    }

    /// <param name="read">Asked at each question: who is known now.</param>
    internal PeopleDirectory(Func<IReadOnlyList<Person>> read) => _read = read;

    public IReadOnlyList<Person> All => _read();

    /// <summary>The person with this id, or null.</summary>
    public Person? Find(string id) => All.FirstOrDefault(p => p.Id == id);

    /// <summary>The person with this verified Teams identity, or null.</summary>
    public Person? FindByTeams(string id) => All.FirstOrDefault(p => string.Equals(p.Teams, id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The person with this verified Slack identity, or null.</summary>
    public Person? FindBySlack(string id) => All.FirstOrDefault(p => p.Slack == id);

    /// <summary>The person who signed in with this mail address, or null.</summary>
    public Person? FindByMail(string mail) => All.FirstOrDefault(p => string.Equals(p.Mail, mail, StringComparison.OrdinalIgnoreCase));

    /// <summary>The automation or a known person as the directory has them, whatever roles the caller claims.</summary>
    internal Person? Known(Person claimed) => claimed.Id == Person.Automation.Id ? Person.Automation : Find(claimed.Id);
}
