namespace BillingCopilot.Flows.Support;

/// <summary>Folders of policy files.</summary>
internal static class Policies
{
    /// <summary>The shipped people and policy, and a rollout of one's own.</summary>
    public static string Automated(string rollout)
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "Defaults");
        var folder = Directory.CreateTempSubdirectory("billingcopilot-automated-").FullName;
        File.Copy(Path.Combine(shipped, "people.yaml"), Path.Combine(folder, "people.yaml"));
        File.Copy(Path.Combine(shipped, "policy.yaml"), Path.Combine(folder, "policy.yaml"));
        File.WriteAllText(Path.Combine(folder, "rollout.yaml"), rollout);
        return folder;
    }
}
