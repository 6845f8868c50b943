"""Common English words: what is one of them is no misspelling of something else."""

from __future__ import annotations

__all__ = ["PLAIN"]

PLAIN = frozenset(
    """
about above abroad accept access account across active added address advice affect afford afraid after
afternoon again against agent agree agreed alarm album alert alike alive allow allowed almost alone along
aloud already although always amend among amount angry annual another answer anyone anything apart apologies
apologise apologize appear apply april around arrange arrival arrive asked asking assist assume attempt attend
attract august available average aware awful basic basis beach because become before began begin begun behind
being below bench better between beyond birth black blank blind block blood board booked booking books brand
bread break brief bring brings broad broke broken brown budget build built business button called calls cancel
cancelled candle cannot capital careful carried carry cases casual catch caught cause center central centre
centuries certain chain chair chance change changed charge cheap cheaper cheapest check checked checking
cheese chief child choice choices choose choosing chosen church cinema claim classic clean clear close closed
closest closing clothes coast coffee college colleges color colour comes comfortable coming comment common
company compare complete concern confirm confirmed connect consider constant contact contain content context
control convenient cooking corner correct costs could count country county couple course cover create cross
crowd culture current customer customers daily damage dance danger dates dealing december decent decide
decided deeper default delay deliver delivered delivery depart departing departure depend depends desire
detail details device different digits dining dinner direct directly disappear discount discuss doing doors
double doubt dream dress drink drinks drive driver driving duration during eager earlier earliest early earth
easily eastern eating effort eight eighth either eleven email emails empty ended enjoy enjoying enough ensure
enter entered entertain entire entrance entry equal error errors especially evening event events eventually
every evidence exact exactly example excellent except expect expected expensive experience explain express
extra faced facility facts failed failing fairly faith false family famous fancy fares faster father favor
feature february feeling feels fetch fever field fifteen fifth fifty fight figure filled final finally finding
finds finish finished first fitting fixed flight floor focus follow following force foreign forget forms
fortunately forty forward found fourth frame frequent fresh friday friend friendly friends front fruit fuller
fully funny further future gallery garden gather general genre gentle german getting given gives giving gladly
glass going goodbye goods grade grand grant great green group guard guess guest guests guide handle handled
happen happened happens happy harder hardly having health heard heart heating heavy heights hello helped
helper helpful helping helps hence highest highly history holiday hopefully hoping hospital hotel hours house
however human hundred hungry husband ideal ideas identified identity image immediately important improve
include included includes increase indeed index indian indicate indoor inform information inner input inquire
inside instead intend interest interested internet invite involved issue italian items itself january joined
joint judge judging junior keeping keeps kindly kindness kinds kitchen knock known knows label labels landed
language large lastly later latest laugh laughing laundry lawyer layer leader learn learned least leather
leave leaves leaving legal lesson letter letting level library license lifetime light lightly liked likely
limit lines links listed listen listened listing lists little local located location longer looking looks
loose loved lovely lower lucky luggage lunch lunches machine mailed mainly maker makes making manage managed
manager manner march marked market married master match matter maximum maybe meals means meant media medical
medium meeting member members mental mention message middle might mighty million minimum minor minus minute
minutes missed missing mistake mixed mobile model moderate modern moment monday money month months moral
morning mostly mother motor mount mouth moved movie moving museum museums music myself named natural nature
nearby nearest necessary needed needs neither network never newly nicely night nights ninth nobody noise
normal north northern noted nothing notice noticed novel november number numbers nurse obtain obvious occur
october offer offers office officer often older online opened opening opens operate opposite option options
order ordered original other others ought ourselves outcome outer outside overall owned owner owners package
paper parent parents parking particular partner parts party passed passenger passing password paying payment
payments peace people percent perfect perhaps period permit person persons phase phone phoned phones photo
picked picking picture piece pieces place places plain plane planning plans plant plate please pleased
pleasure plenty pocket point points police policy popular portion possible postal postcode pound power prefer
preference preferred present presented press pretty previous price prices pride prime print prior private
prize probably problem problems proceed process product profile program project promise proof proper properly
property proposal protect proud prove provide provided provider provides public purchase pushed putting
quality quarter question questions quick quickest quickly quiet quietly quite quote quoted radio raise raised
range rapid rather rating ratio reach reached reading reads ready realise realize really reason reasonable
reasons receipt receive received recent recently recommend record records reduce refer reference refund refuse
refused regard regarding register regret related relax released remain remember remind remove rented repair
repeat replace replied reply report reported request requests require required reservation reserve reserved
resort respond response restaurant restaurants result results retry return returned returning riding right
river roads rooms rough round route royal rules running rushed safety sales sample saturday saving savings
scale scene scheduled school scope score search searched searching seasonal seating seats second secret
section secure seeing seemed seems select selected selection sending senior sense separate september serious
served serves service serving session setting settle seven several shall shape share shared sharp sheet shelf
shift shipping ships shoes shopping shops short shortly should showed shower showing shown shows sides sight
sights silver similar simple simply since single sister sitting sixteen sixth sixty sized sizes skill sleep
slightly slower slowly small smaller smallest smart smile smoke smoking society solid solve somehow someone
something sometimes somewhere sorry sorts sought sound sounds source south southern space spaces spanish speak
speaking special specific speed spend spent split spoke spoken sport spring square stable stadium staff stage
stairs stand standard stars start started state stated statement stating station status staying stays steel
steps stick still stock stone stood stopped stopping store stored stories storm story straight stranger stream
street strip strong stuck student studio study stuff stuffed style subject success sugar suggest suitable
suite suits summer sunday sunny super supper supply support supposed surely surname surprise sweet swimming
switch system table tables taken takes taking talked talking target tariff taste taught taxes teach teacher
telephone telling tenth terms terrible terrific tested thank thanks theater theatre their theme themselves
there therefore these thick thing things think thinking third thirteen thirty those though thought thousand
threat three threw through throw thursday ticket tickets tight times timing tired title titled today together
token tomorrow tonight topic total totally touch touched tough tourist toward towards towel tower track trade
traffic train trains transfer travel traveling travelling treat treated trend trial trick tried tries trips
trouble truck truly trust trusted truth trying tuesday turned twelve twenty twice typed types unable under
unfortunately union unique units university unknown unless until unusual upcoming update upper upset urban
urgent usable usage useful using usual usually vacation valid valley value variety various vegetarian vehicle
venue verified verify version victory video views village vintage visible visit visited visiting visitor vital
voice volume waiting walking wallet wanted wanting wants warning waste watch watching water wedding wednesday
weekend weekly weeks welcome western whatever wheel whenever where wherever whether which whichever while
white whoever whole whose widely willing window winner winter wireless wished wishes within without woman
women wonder wonderful wondering wooden words worked worker working works world worried worry worse worst
worth worthy would write writing written wrong wrote yards yearly years yelling yellow yesterday young yours
yourself
    """.split()
)
