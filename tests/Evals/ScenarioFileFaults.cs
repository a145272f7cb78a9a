using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using Shouldly;
using Xunit;

namespace BillingCopilot.Evals;

public sealed class ScenarioFileFaults
{
    [Theory]
    [InlineData("id: a\nsteps:\n  - say: hi\n    shout: yes\n", "shout")]
    [InlineData("id: a\nsteps:\n  - say: hi\n    approve: last\n", "step 1")]
    [InlineData("steps:\n  - say: hi\n", "id is missing")]
    [InlineData("id: a\n", "steps are missing")]
    public void Read_FaultyFile_NamesFileAndFault(string yaml, string fault)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("scenario-").FullName, "faulty.yaml");
        File.WriteAllText(path, yaml);

        var error = Should.Throw<SettingsException>(() => Scenario.Read(path));

        error.Message.ShouldContain("faulty.yaml");
        error.Message.ShouldContain(fault);
    }
}
